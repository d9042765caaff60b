#include <ui/window/mainwindow.h>

#include <turnspit/async/periodictimer.h>
#include <ui/edit/serviceediting.h>
#include <ui/logs/logpane.h>
#include <ui/logs/logview.h>
#include <ui/services/serviceactions.h>
#include <ui/services/servicefilter.h>
#include <ui/services/servicemodel.h>
#include <ui/session/hostmirror.h>
#include <ui/window/hostline.h>
#include <ui/window/placeholderpage.h>
#include <ui/window/whybar.h>

#include <QAction>
#include <QCloseEvent>
#include <QHeaderView>
#include <QLineEdit>
#include <QMenuBar>
#include <QShortcut>
#include <QSplitter>
#include <QStackedWidget>
#include <QStatusBar>
#include <QToolBar>
#include <QTreeView>
#include <QVBoxLayout>

using namespace std::chrono_literals;

namespace turnspit {

MainWindow::MainWindow(HostSession& session, QWidget* parent)
    : QMainWindow(parent), m_session(session), m_mirror(new HostMirror(session, this)), m_filter(new ServiceFilter(this)),
      m_pages(new QStackedWidget(this)), m_listPages(new QStackedWidget(this)), m_view(new QTreeView(this)),
      m_filterEdit(new QLineEdit(this)), m_why(new WhyBar(this)), m_log(new LogPane(session, this)),
      m_noHost(new PlaceholderPage(this)), m_empty(new PlaceholderPage(this)), m_noMatch(new PlaceholderPage(this))
{
    setObjectName(QStringLiteral("mainWindow"));
    setWindowTitle(tr("Turnspit"));
    resize(1000, 680);

    m_actions = new ServiceActions(session, *this);
    m_actions->setParent(this);
    m_editing = new ServiceEditing(session, *m_mirror, *this);
    m_editing->setParent(this);
    m_hostLine = new HostLine(session, *m_mirror, this);
    createServiceView();
    createActions();
    createLayout();
    statusBar()->addWidget(m_hostLine, 1);

    connect(m_actions, &ServiceActions::refused, this, [this](const QString& why) { statusBar()->showMessage(why, 10'000); });
    connect(m_mirror, &HostMirror::hostChanged, this, &MainWindow::hostChanged);
    connect(m_mirror, &HostMirror::servicesChanged, this, [this] {
        selectFirst();
        refreshTargets();
        refreshPages();
    });
    connect(&m_mirror->model(), &ServiceModel::modelReset, this, [this] { m_selectsFirst = true; });
    connect(m_noHost, &PlaceholderPage::triggered, this, &MainWindow::retry);
    connect(m_noMatch, &PlaceholderPage::triggered, m_filterEdit, &QLineEdit::clear);

    m_mirror->attach();
    refreshTargets();
    hostChanged();
}

MainWindow::~MainWindow()
{
    // The parts go one by one after this: none may speak to the window any more.
    for (QObject* const part : findChildren<QObject*>())
        disconnect(part, nullptr, this, nullptr);
}

void MainWindow::createServiceView()
{
    m_filter->setSourceModel(&m_mirror->model());
    m_view->setObjectName(QStringLiteral("serviceView"));
    m_view->setAccessibleName(tr("Services"));
    m_view->setModel(m_filter);
    m_view->setRootIsDecorated(false);
    m_view->setUniformRowHeights(true);
    m_view->setAlternatingRowColors(true);
    m_view->setAllColumnsShowFocus(true);
    m_view->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_view->setContextMenuPolicy(Qt::ActionsContextMenu);
    QHeaderView* const header = m_view->header();
    header->setStretchLastSection(false);
    header->setSectionsMovable(false);
    const int unit = m_view->fontMetrics().averageCharWidth();
    const std::array<int, ServiceModel::ColumnCount> widths{17, 0, 20, 12, 10, 12, 18};
    for (std::size_t column = 0; column < widths.size(); ++column)
        header->resizeSection(static_cast<int>(column), widths.at(column) * unit);
    header->setSectionResizeMode(ServiceModel::NameColumn, QHeaderView::Stretch);

    connect(m_view->selectionModel(), &QItemSelectionModel::selectionChanged, this, &MainWindow::selectionChanged);
    connect(m_view->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &MainWindow::selectionChanged);
    connect(m_view, &QTreeView::activated, this, [this] { m_log->view()->setFocus(); });
    auto* space = new QShortcut(QKeySequence(Qt::Key_Space), m_view);
    space->setContext(Qt::WidgetShortcut);
    connect(space, &QShortcut::activated, m_actions, &ServiceActions::toggle);

    m_filterEdit->setObjectName(QStringLiteral("filterEdit"));
    m_filterEdit->setAccessibleName(tr("Find service"));
    m_filterEdit->setPlaceholderText(tr("Find service"));
    m_filterEdit->setClearButtonEnabled(true);
    m_filterEdit->setMaximumWidth(34 * unit);
    connect(m_filterEdit, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_filter->setNeedle(text);
        refreshPages();
    });
}

void MainWindow::createActions()
{
    auto* close = new QAction(tr("&Close window"), this);
    close->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_W));
    connect(close, &QAction::triggered, this, &QWidget::close);
    auto* quit = new QAction(tr("&Quit"), this);
    quit->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Q));
    connect(quit, &QAction::triggered, this, &MainWindow::quitRequested);
    auto* find = new QAction(tr("&Find service"), this);
    find->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_F));
    connect(find, &QAction::triggered, this, [this] {
        m_filterEdit->setFocus(Qt::ShortcutFocusReason);
        m_filterEdit->selectAll();
    });

    QMenu* const file = menuBar()->addMenu(tr("&File"));
    file->addActions({close, quit});
    QMenu* const service = menuBar()->addMenu(tr("&Service"));
    service->setToolTipsVisible(true);
    menuBar()->addMenu(tr("&View"))->addAction(find);

    QToolBar* const bar = addToolBar(tr("Actions"));
    bar->setObjectName(QStringLiteral("toolBar"));
    bar->setMovable(false);
    bar->setContextMenuPolicy(Qt::PreventContextMenu);
    for (const ServiceCommand command : ServiceActions::commands) {
        QAction* const action = m_actions->action(command);
        // Apart from the polite ones, so that a slip of the hand does not reach it.
        if (command == ServiceCommand::Kill) {
            service->addSeparator();
            bar->addSeparator();
        } else if (command == ServiceCommand::Hold) {
            service->addSeparator();
            bar->addSeparator();
        }
        service->addAction(action);
        bar->addAction(action);
        m_view->addAction(action);
    }
    createEditing(*file, *service, *bar);
    auto* gap = new QWidget(bar);
    gap->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    bar->addWidget(gap);
    bar->addWidget(m_filterEdit);
}

void MainWindow::createEditing(QMenu& file, QMenu& service, QToolBar& bar)
{
    QAction* const add = m_editing->action(ServiceEditing::Add);
    file.insertAction(file.actions().value(0), add);
    file.insertSeparator(file.actions().value(1));
    bar.insertAction(bar.actions().value(0), add);
    service.addSeparator();
    for (const auto command : {ServiceEditing::Edit, ServiceEditing::Duplicate, ServiceEditing::Remove, ServiceEditing::Undo}) {
        service.addAction(m_editing->action(command));
        m_view->addAction(m_editing->action(command));
    }
}

void MainWindow::createLayout()
{
    m_noHost->setObjectName(QStringLiteral("noHostState"));
    m_empty->setObjectName(QStringLiteral("emptyState"));
    m_empty->setTexts(tr("Nothing cooking yet."),
                      tr("Turnspit starts your commands, keeps them alive, and tells you when they burn."));
    m_noMatch->setObjectName(QStringLiteral("noMatchState"));

    auto* detail = new QWidget(this);
    auto* detailLayout = new QVBoxLayout(detail);
    detailLayout->setContentsMargins(0, 0, 0, 0);
    detailLayout->setSpacing(0);
    detailLayout->addWidget(m_why);
    detailLayout->addWidget(m_log, 1);

    m_listPages->addWidget(m_view);
    m_listPages->addWidget(m_noMatch);
    auto* splitter = new QSplitter(Qt::Vertical, this);
    splitter->setObjectName(QStringLiteral("splitter"));
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(m_listPages);
    splitter->addWidget(detail);
    splitter->setStretchFactor(0, 2);
    splitter->setStretchFactor(1, 3);
    m_main = splitter;

    for (QWidget* const page : {m_main, static_cast<QWidget*>(m_noHost), static_cast<QWidget*>(m_empty)})
        m_pages->addWidget(page);
    setCentralWidget(m_pages);
    m_view->setFocus();
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

QStringList MainWindow::selectedNames() const
{
    QStringList names;
    for (const QModelIndex& index : m_view->selectionModel()->selectedRows())
        names += index.data(ServiceModel::NameRole).toString();
    return names;
}

QString MainWindow::currentName() const
{
    const QModelIndexList rows = m_view->selectionModel()->selectedRows();
    if (rows.isEmpty())
        return {};
    const QModelIndex current = m_view->currentIndex();
    const bool selected = current.isValid() && m_view->selectionModel()->isRowSelected(current.row());
    return (selected ? current : rows.first()).data(ServiceModel::NameRole).toString();
}

void MainWindow::selectFirst()
{
    // Once for each host: whoever clears the selection afterwards means it.
    if (!m_wasLive || !m_selectsFirst || m_filter->rowCount() == 0)
        return;
    m_selectsFirst = false;
    const QModelIndex first = m_filter->index(0, ServiceModel::StateColumn);
    m_view->selectionModel()->setCurrentIndex(first, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
}

void MainWindow::selectionChanged()
{
    refreshTargets();
    m_log->open(currentName());
    Q_EMIT selectedNamesChanged(selectedNames());
}

void MainWindow::showService(const QString& name, const QString&)
{
    const auto found = m_filter->match(m_filter->index(0, 0), ServiceModel::NameRole, name, 1, Qt::MatchExactly);
    if (!found.isEmpty())
        m_view->selectionModel()->setCurrentIndex(found.first(), QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
}

void MainWindow::raiseWindow()
{
    setWindowState((windowState() & ~Qt::WindowMinimized) | Qt::WindowActive);
    show();
    raise();
    activateWindow();
}

void MainWindow::addMenuAction(Menu, QAction* action)
{
    menuBar()->actions().first()->menu()->addAction(action);
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    event->ignore();
    Q_EMIT closeRequested();
}

void MainWindow::refreshTargets()
{
    QList<ServiceInfo> targets;
    for (const QString& name : selectedNames()) {
        if (const ServiceInfo* const service = m_mirror->model().find(name))
            targets += *service;
    }
    if (targets.size() == 1)
        m_why->show(targets.first());
    else
        m_why->showText(targets.isEmpty() ? tr("No service is selected.")
                                          : tr("%n services are selected.", nullptr, static_cast<int>(targets.size())));
    m_actions->setTargets(std::move(targets), m_mirror->isLive());
    m_editing->setTargets(selectedNames());
    m_hostLine->refresh();
}

void MainWindow::hostChanged()
{
    const bool live = m_mirror->isLive();
    if (live && !m_wasLive) {
        m_wasLive = true;
        selectFirst();
        if (!currentName().isEmpty())
            m_log->reopen();
    }
    m_wasLive = live;
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
    m_pages->setCurrentWidget(m_mirror->model().services().isEmpty() ? m_empty : m_main);
    const bool noMatch = m_filter->isActive() && m_filter->rowCount() == 0;
    if (noMatch)
        m_noMatch->setTexts(tr("No service matches ‘%1’.").arg(m_filterEdit->text()), {}, tr("Clear"));
    m_listPages->setCurrentWidget(noMatch ? static_cast<QWidget*>(m_noMatch) : m_view);
}

void MainWindow::showEvent(QShowEvent* event)
{
    QMainWindow::showEvent(event);
    if (!m_ticking) {
        m_ticking = std::make_unique<TaskScope>();
        m_ticking->spawn(tick());
    }
}

void MainWindow::hideEvent(QHideEvent* event)
{
    QMainWindow::hideEvent(event);
    m_ticking.reset();
}

Task<> MainWindow::tick()
{
    PeriodicTimer timer(1s);
    while (co_await timer.nextTick()) {
        m_mirror->model().tick();
        refreshTargets();
    }
}

} // namespace turnspit
