#include <ui/window/mainwindow.h>

#include <ui/detail/configurationtab.h>
#include <ui/detail/overviewtab.h>
#include <ui/edit/serviceediting.h>
#include <ui/logs/logpane.h>
#include <ui/notices/noticebanner.h>
#include <ui/runs/runstab.h>
#include <ui/services/serviceactions.h>
#include <ui/services/servicefilter.h>
#include <ui/services/servicemodel.h>
#include <ui/services/serviceview.h>
#include <ui/session/goodversions.h>
#include <ui/session/hostmirror.h>
#include <ui/session/lastwords.h>
#include <ui/session/stops.h>
#include <ui/text/clearbutton.h>
#include <ui/theme/icons.h>
#include <ui/window/detailpane.h>
#include <ui/window/examples.h>
#include <ui/window/filterbar.h>
#include <ui/window/hostline.h>
#include <ui/window/placeholderpage.h>
#include <ui/window/whybar.h>

#include <QLineEdit>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QStyle>
#include <QVBoxLayout>

#include <algorithm>

/// What the window is made of, and how its parts hear of one another.
namespace turnspit {

void MainWindow::createList()
{
    m_filter->setSourceModel(&m_mirror->model());
    m_listArea = new QWidget(this);
    m_view = new ServiceView(*m_filter, m_listArea);
    m_filterBar = new FilterBar(m_listArea);
    m_listPages = new QStackedWidget(m_listArea);
    m_noMatch->setObjectName(QStringLiteral("noMatchState"));
    m_listPages->addWidget(m_view);
    m_listPages->addWidget(m_noMatch);
    auto* layout = new QVBoxLayout(m_listArea);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_filterBar);
    layout->addWidget(m_listPages, 1);

    m_filterEdit = new QLineEdit(this);
    m_filterEdit->setObjectName(QStringLiteral("filterEdit"));
    m_filterEdit->setAccessibleName(tr("Find service"));
    m_filterEdit->setPlaceholderText(tr("Find service"));
    addClearButton(*m_filterEdit);
    m_filterEdit->addAction(actionIcon(QStringLiteral("find")), QLineEdit::LeadingPosition)->setText(tr("Find service"));
    const int hint = fontMetrics().horizontalAdvance(m_filterEdit->placeholderText()) + 3 * style()->pixelMetric(QStyle::PM_SmallIconSize, nullptr, this);
    m_filterEdit->setMinimumWidth(hint);
    m_filterEdit->setMaximumWidth(std::max(hint, 34 * fontMetrics().averageCharWidth()));
}

void MainWindow::createDetail()
{
    m_detailArea = new QWidget(this);
    m_why = new WhyBar(m_detailArea);
    m_detail = new DetailPane(m_detailArea);
    m_log = new LogPane(m_session, m_detail);
    auto* const overview = new OverviewTab(m_session, *m_mirror, m_detail);
    auto* const runs = new RunsTab(m_session, *m_mirror, m_detail);
    m_configuration = new ConfigurationTab(m_session, *m_mirror, m_detail);
    m_detail->addTab(tabs::overview, tr("Overview"), overview, [overview](const QString& service) { overview->open(service); });
    m_detail->addTab(tabs::logs, tr("Logs"), m_log, [this](const QString& service) { m_log->open(service); });
    m_detail->addTab(tabs::runs, tr("Runs"), runs, [runs](const QString& service) { runs->open(service); });
    m_detail->addTab(tabs::configuration, tr("Configuration"), m_configuration,
                     [this](const QString& service) { m_configuration->open(service); });
    const auto showLog = [this](const QString& service) { showService(service, tabs::logs); };
    connect(overview, &OverviewTab::logRequested, this, showLog);
    const auto showRunLog = [this](const QString& service, RunId run) {
        showService(service, tabs::logs);
        m_log->showRun(service, run);
    };
    connect(overview, &OverviewTab::runLogRequested, this, showRunLog);
    connect(overview, &OverviewTab::runsRequested, this, [this](const QString& service) { showService(service, tabs::runs); });
    connect(runs, &RunsTab::logRequested, this, showRunLog);
    connect(runs, &RunsTab::againRequested, m_actions, &ServiceActions::again);
    connect(runs, &RunsTab::told, this, &MainWindow::showMessage);
    connect(m_configuration, &ConfigurationTab::restartRequested, m_actions, &ServiceActions::restart);
    connect(m_configuration, &ConfigurationTab::editRequested, m_editing, &ServiceEditing::edit);
    auto* layout = new QVBoxLayout(m_detailArea);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_why);
    layout->addWidget(m_detail, 1);
}

void MainWindow::createPages()
{
    m_noHost->setObjectName(QStringLiteral("noHostState"));
    m_empty->setObjectName(QStringLiteral("emptyState"));
    m_empty->setTexts(tr("Nothing cooking yet."),
                      tr("Turnspit starts your commands, keeps them alive, and tells you when they burn."));
    auto* add = new QPushButton(tr("Add a service…"), m_empty);
    add->setObjectName(QStringLiteral("addButton"));
    add->setAccessibleName(add->text());
    connect(add, &QPushButton::clicked, m_editing->action(ServiceEditing::Add), &QAction::trigger);
    m_empty->addButton(add);
    if (m_examples->isAvailable()) {
        auto* example = new QPushButton(tr("Try an example"), m_empty);
        example->setObjectName(QStringLiteral("exampleButton"));
        example->setAccessibleName(example->text());
        example->setMenu(m_examples->menu());
        m_empty->addButton(example);
    }

    m_splitter = new QSplitter(Qt::Vertical, this);
    m_splitter->setObjectName(QStringLiteral("splitter"));
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(m_listArea);
    m_splitter->addWidget(m_detailArea);
    m_splitter->setStretchFactor(0, 3);
    m_splitter->setStretchFactor(1, 2);
    m_main = m_splitter;
    for (QWidget* const page : {m_main, static_cast<QWidget*>(m_noHost), static_cast<QWidget*>(m_empty)})
        m_pages->addWidget(page);
    auto* const center = new QWidget(this);
    m_notices = new NoticeBanner(center);
    auto* const layout = new QVBoxLayout(center);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    m_middle = new QHBoxLayout;
    m_middle->setContentsMargins(0, 0, 0, 0);
    m_middle->setSpacing(0);
    m_middle->addWidget(m_pages, 1);
    layout->addLayout(m_middle, 1);
    layout->addWidget(m_notices);
    setCentralWidget(center);
}

void MainWindow::connectParts()
{
    connect(m_view, &ServiceView::selectionMoved, this, &MainWindow::selectionChanged);
    connect(m_view, &ServiceView::opened, this, [this] { showService(m_view->currentName(), tabs::logs); });
    connect(m_view, &ServiceView::toggled, m_actions, &ServiceActions::toggle);
    connect(m_filterEdit, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_filter->setNeedle(text);
        m_view->showAllFolds(m_filter->hasNeedle());
        rememberFilter();
        refreshPages();
    });
    connect(m_filterBar, &FilterBar::stateChosen, this, &MainWindow::chooseState);
    connect(m_filterBar, &FilterBar::groupChosen, this, [this](const std::optional<QString>& group) {
        m_filter->setGroup(group);
        rememberFilter();
        refreshPages();
    });
    connect(m_filterBar, &FilterBar::onlyDropped, this, &MainWindow::dropOnly);
    connect(m_why, &WhyBar::chosen, this, &MainWindow::apply);
    connect(m_detail, &DetailPane::tabRequested, this, [this] { showDetailPage(true); });
    connect(m_detail, &DetailPane::backRequested, this, [this] { showDetailPage(false); });
    connect(m_hostLine, &HostLine::clicked, this, &MainWindow::showHostDetails);

    connect(m_actions, &ServiceActions::refused, this, &MainWindow::showMessage);
    connect(m_actions, &ServiceActions::done, m_mirror, &HostMirror::handOn);
    connect(m_actions, &ServiceActions::stopExtended, m_stops, &Stops::refresh);
    connect(m_stops, &Stops::changed, this, &MainWindow::refreshTargets);
    connect(m_lastWords, &LastWords::changed, this, &MainWindow::refreshTargets);
    connect(m_good, &GoodVersions::changed, this, &MainWindow::refreshTargets);
    connect(m_examples, &Examples::failed, this, &MainWindow::showMessage);
    connect(m_examples, &Examples::added, this, &MainWindow::showAppeared);
    connect(m_examples, &Examples::removalRequested, m_editing, &ServiceEditing::remove);
    connect(m_editing, &ServiceEditing::appeared, this, &MainWindow::showAppeared);
    connect(m_mirror, &HostMirror::hostChanged, this, &MainWindow::hostChanged);
    connect(m_mirror, &HostMirror::servicesChanged, this, &MainWindow::servicesChanged);
    connect(&m_mirror->model(), &ServiceModel::holdEndsChanged, this, [this] {
        refreshSchedules();
        refreshTargets();
    });
    connect(&m_mirror->model(), &ServiceModel::modelReset, this, [this] { m_recallsSelection = true; });
    connect(m_noHost, &PlaceholderPage::triggered, this, &MainWindow::retry);
    connect(m_noMatch, &PlaceholderPage::triggered, this, &MainWindow::clearFilter);
}

} // namespace turnspit
