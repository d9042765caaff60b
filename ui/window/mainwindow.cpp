#include <ui/window/mainwindow.h>

#include <turnspit/async/wait.h>
#include <ui/detail/configurationtab.h>
#include <ui/detail/overviewtab.h>
#include <ui/edit/serviceediting.h>
#include <ui/logs/logpane.h>
#include <ui/logs/logview.h>
#include <ui/notices/noticebanner.h>
#include <ui/runs/runstab.h>
#include <ui/services/serviceactions.h>
#include <ui/services/servicefilter.h>
#include <ui/services/servicemodel.h>
#include <ui/services/serviceview.h>
#include <ui/session/goodversions.h>
#include <ui/session/cputrails.h>
#include <ui/session/holds.h>
#include <ui/session/hostmirror.h>
#include <ui/session/lastwords.h>
#include <ui/session/notes.h>
#include <ui/session/recentruns.h>
#include <ui/session/stops.h>
#include <ui/text/clearbutton.h>
#include <ui/theme/icons.h>
#include <ui/window/detailpane.h>
#include <ui/window/examples.h>
#include <ui/window/filterbar.h>
#include <ui/window/hostline.h>
#include <ui/window/placeholderpage.h>
#include <ui/window/whybar.h>
#include <ui/window/windowmemory.h>

#include <QCloseEvent>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QStatusBar>
#include <QStatusTipEvent>
#include <QStyle>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

using namespace std::chrono_literals;

namespace turnspit {
MainWindow::MainWindow(HostSession& session, const Options& options, QWidget* parent)
    : QMainWindow(parent), m_session(session), m_memory(std::make_unique<WindowMemory>(options.memoryFile)),
      m_mirror(new HostMirror(session, this)), m_recent(new RecentRuns(session, *m_mirror, this)),
      m_stops(new Stops(session, *m_mirror, this)), m_holds(new Holds(session, m_mirror->model(), this)),
      m_trails(new CpuTrails(session, *m_mirror, this)), m_notes(new Notes(session, *m_mirror, this)),
      m_lastWords(new LastWords(session, this)), m_good(new GoodVersions(session, this)),
      m_actions(new ServiceActions(session, *this)),
      m_editing(new ServiceEditing(session, *m_mirror, *this)),
      m_examples(new Examples(session, options.demoProgram, this)), m_filter(new ServiceFilter(this)), m_pages(new QStackedWidget(this)),
      m_noHost(new PlaceholderPage(this)), m_empty(new PlaceholderPage(this)), m_noMatch(new PlaceholderPage(this))
{
    setObjectName(QStringLiteral("mainWindow"));
    setWindowTitle(tr("Turnspit"));
    resize(1060, 720);
    m_actions->setParent(this);
    m_editing->setParent(this);
    m_hostLine = new HostLine(session, *m_mirror, this);
    createList();
    createDetail();
    createMenus();
    createToolBar();
    createPages();
    statusBar()->addWidget(m_hostLine, 1);
    connectParts();
    recall();

    m_mirror->attach();
    refreshTargets();
    hostChanged();
    m_view->setFocus();
}

MainWindow::~MainWindow()
{
    remember();
    // The parts go one by one after this: none may speak to the window any more.
    for (QObject* const part : findChildren<QObject*>())
        disconnect(part, nullptr, this, nullptr);
}

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

void MainWindow::setSide(QWidget* side)
{
    m_middle->insertWidget(0, side);
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

void MainWindow::setNoHostHint(const QString& hint)
{
    m_noHostHint = hint;
    refreshPages();
}

void MainWindow::retry()
{
    m_mirror->attach();
    Q_EMIT retryRequested();
}

void MainWindow::showMessage(const QString& text)
{
    statusBar()->showMessage(text, 10'000);
}

// ---- selection --------------------------------------------------------------------------------------------------------------

QStringList MainWindow::selectedNames() const
{
    return m_view->selectedNames();
}

void MainWindow::showServices(const QStringList& names)
{
    QStringList present;
    for (const QString& name : names) {
        if (m_mirror->model().find(name))
            present += name;
    }
    if (present.isEmpty())
        return;
    clearFilter();
    showDetailPage(false);
    m_filterBar->setOnly(static_cast<int>(present.size()));
    m_filter->setNames(QSet<QString>(present.begin(), present.end()));
    m_view->showAllFolds(true);
    m_view->selectFirst();
    refreshPages();
}

void MainWindow::dropOnly()
{
    m_filterBar->setOnly(0);
    m_filter->setNames(std::nullopt);
    m_view->showAllFolds(m_filter->hasNeedle());
    refreshPages();
}

void MainWindow::chooseState(std::optional<ServiceState> state)
{
    dropOnly();
    m_filterBar->setState(state);
    m_filter->setState(state);
    rememberFilter();
    refreshPages();
}

void MainWindow::clearFilter()
{
    dropOnly();
    m_filterBar->setState(std::nullopt);
    m_filterBar->setGroup(std::nullopt);
    m_filter->setState(std::nullopt);
    m_filter->setGroup(std::nullopt);
    m_filterEdit->clear();
    rememberFilter();
    refreshPages();
}

void MainWindow::showService(const QString& name, const QString& tab)
{
    if (name.isEmpty())
        return;
    if (!tab.isEmpty()) {
        m_detail->showTab(tab);
        showDetailPage(true);
    }
    if (!m_mirror->model().find(name)) {
        m_awaited = name;
        return;
    }
    m_awaited.clear();
    if (!m_filter->indexOf(name).isValid())
        clearFilter();
    if (m_view->selectedNames() != QStringList{name})
        m_view->select(name);
    if (tab == QLatin1String("logs"))
        m_log->view()->setFocus();
    else if (!tab.isEmpty())
        m_detail->setFocus();
}

void MainWindow::showAppeared(const QString& name)
{
    showService(name, {});
}

void MainWindow::raiseWindow()
{
    show();
    setWindowState(windowState() & ~Qt::WindowMinimized);
    raise();
    activateWindow();
}

void MainWindow::selectionChanged()
{
    refreshTargets();
    const QString name = m_view->currentName();
    m_detail->open(name);
    const QStringList names = m_view->selectedNames();
    if (!m_recallsSelection)
        m_memory->set(QStringLiteral("selection"), names.mid(0, 100));
    Q_EMIT selectedNamesChanged(names);
}

void MainWindow::refreshTargets()
{
    QList<ServiceInfo> targets;
    const ServiceModel& model = m_mirror->model();
    // What is not shown is not acted upon.
    const QStringList names = std::ranges::all_of(model.services(), isOfHost) ? QStringList() : m_view->selectedNames();
    for (const QString& name : names) {
        if (const ServiceInfo* const service = model.find(name))
            targets += *service;
    }
    m_why->setLive(m_mirror->isLive());
    if (targets.size() == 1)
        m_why->show(targets.first(), model.stopOf(targets.first().name), m_lastWords->of(targets.first()), m_good->isKept(targets.first()),
                    model.holdEnd(targets.first().name));
    else
        m_why->showText(targets.isEmpty() ? tr("No service is selected.")
                                          : tr("%n services are selected.", nullptr, static_cast<int>(targets.size())));
    m_actions->setTargets(std::move(targets), m_mirror->isLive());
    m_editing->setTargets(names);
    m_hostLine->refresh();
}

// ---- what the host says -----------------------------------------------------------------------------------------------------

void MainWindow::servicesChanged()
{
    const ServiceModel& model = m_mirror->model();
    m_filterBar->setServices(model.services(), model.groups());
    refreshSchedules();
    m_examples->setServices(model.services(), m_mirror->isLive());
    recallSelection();
    if (!m_awaited.isEmpty() && model.find(m_awaited))
        showService(std::exchange(m_awaited, {}), {});
    refreshTargets();
    refreshPages();
}

void MainWindow::refreshSchedules()
{
    const ServiceModel& model = m_mirror->model();
    m_actions->setAll(Schedules::of(model.services(), model.holdEnds()), m_mirror->isLive());
}

void MainWindow::hostChanged()
{
    const bool live = m_mirror->isLive();
    if (live && !m_wasLive && !m_view->currentName().isEmpty())
        m_log->reopen();
    if (live != m_wasLive) {
        refreshSchedules();
        m_examples->setServices(m_mirror->model().services(), live);
    }
    m_wasLive = live;
    m_view->setLastKnown(!live || m_mirror->isSilent());
    const HostInfo* const host = m_mirror->host();
    setWindowTitle(host && host->host != QLatin1String("turnspitd") && host->host != QLatin1String("turnspit")
                       ? tr("%1 — Turnspit", "%1 is the name of a host").arg(host->host)
                       : tr("Turnspit"));
    refreshTargets();
    refreshPages();
}

void MainWindow::refreshPages()
{
    // Once it was looked for in vain, the attempts after that do not make the page flicker.
    m_soughtInVain = m_soughtInVain || m_session.connection() == HostSession::Connection::Lost || !m_mirror->problem().isEmpty();
    if (!m_mirror->host()) {
        if (!m_soughtInVain)
            m_noHost->setTexts(tr("Looking for the host…"), {});
        else
            m_noHost->setTexts(tr("No host is running"),
                               QStringList{m_noHostHint, m_mirror->problem()}.join(QStringLiteral("\n\n")).trimmed(), tr("Try again"));
        m_pages->setCurrentWidget(m_noHost);
        return;
    }
    const QList<ServiceInfo>& services = m_mirror->model().services();
    QWidget* const page = std::ranges::all_of(services, isOfHost) ? static_cast<QWidget*>(m_empty) : m_main;
    const bool listComes = page == m_main && m_pages->currentWidget() != m_main;
    m_pages->setCurrentWidget(page);
    if (listComes)
        m_view->setFocus();
    const bool noMatch = m_filter->isActive() && m_filter->rowCount() == 0;
    if (noMatch) {
        const QString sought = m_filterEdit->text().trimmed();
        m_noMatch->setTexts(sought.isEmpty() ? tr("No service is like that now.") : tr("No service matches ‘%1’.").arg(sought), {},
                            tr("Clear"));
    }
    m_listPages->setCurrentWidget(noMatch ? static_cast<QWidget*>(m_noMatch) : m_view);
}

// ---- events -----------------------------------------------------------------------------------------------------------------

bool MainWindow::event(QEvent* event)
{
    // Why something cannot be done may have changed under the pointer, and then nothing takes the tip away when that leaves.
    if (event->type() == QEvent::StatusTip) {
        if (const QString tip = static_cast<QStatusTipEvent*>(event)->tip(); !tip.isEmpty()) {
            statusBar()->showMessage(tip, 5'000);
            return true;
        }
    }
    return QMainWindow::event(event);
}

void MainWindow::showEvent(QShowEvent* event)
{
    QMainWindow::showEvent(event);
    if (!m_ticking) {
        m_ticking = std::make_unique<TaskScope>();
        m_ticking->spawn(tick());
    }
    m_recent->setActive(true);
    m_stops->setActive(true);
}

void MainWindow::hideEvent(QHideEvent* event)
{
    QMainWindow::hideEvent(event);
    m_ticking.reset();
    m_recent->setActive(false);
    m_stops->setActive(false);
    remember();
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    event->ignore();
    Q_EMIT closeRequested();
}

void MainWindow::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape && m_detailPage)
        showDetailPage(false);
    else if (event->key() == Qt::Key_Escape && !m_view->hasFocus())
        m_view->setFocus(Qt::ShortcutFocusReason);
    else
        QMainWindow::keyPressEvent(event);
}

Task<> MainWindow::tick()
{
    for (int quarters = 0;; ++quarters) {
        // Rings burn four times a second, figures move once.
        const bool burns = m_mirror->model().knowsStops();
        co_await delay(burns ? 250ms : 1s);
        m_view->tick();
        if (m_view->isVisible() && !m_view->isColumnHidden(ServiceModel::RecentColumn))
            m_trails->look(m_view->namesInSight());
        if (m_view->isVisible() && !m_view->isColumnHidden(ServiceModel::NotesColumn))
            m_notes->look(m_view->namesInSight());
        if (!burns || quarters % 4 == 0)
            refreshTargets();
    }
}

} // namespace turnspit
