#include <ui/window/mainwindow.h>

#include <turnspit/async/wait.h>
#include <ui/edit/serviceediting.h>
#include <ui/logs/logpane.h>
#include <ui/logs/logview.h>
#include <ui/services/serviceactions.h>
#include <ui/services/servicefilter.h>
#include <ui/services/servicemodel.h>
#include <ui/services/serviceview.h>
#include <ui/session/cputrails.h>
#include <ui/session/goodversions.h>
#include <ui/session/holds.h>
#include <ui/session/hostmirror.h>
#include <ui/session/lastwords.h>
#include <ui/session/notes.h>
#include <ui/session/recentruns.h>
#include <ui/session/stops.h>
#include <ui/window/detailpane.h>
#include <ui/window/examples.h>
#include <ui/window/filterbar.h>
#include <ui/window/hostline.h>
#include <ui/window/placeholderpage.h>
#include <ui/window/screenfit.h>
#include <ui/window/whybar.h>
#include <ui/window/windowmemory.h>

#include <QCloseEvent>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QStackedWidget>
#include <QStatusBar>
#include <QStatusTipEvent>

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
    resizeOnScreen(*this, QSize(1060, 720));
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

void MainWindow::setSide(QWidget* side)
{
    m_middle->insertWidget(0, side);
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
        m_memory->set(selectionKey(), names.mid(0, 100));
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
    m_why->setLive(m_mirror->isLive(), model.asOf());
    if (targets.size() == 1)
        m_why->show(targets.first(), model.stopOf(targets.first().name), m_lastWords->of(targets.first()), m_good->isKept(targets.first()),
                    model.holdEnd(targets.first().name));
    else if (targets.isEmpty())
        m_why->showText(tr("No service is selected."));
    else // the tabs are about one of them
        m_why->showText(tr("%1 Shown: %2.", "the sentence about how many are selected, the one whose tabs these are")
                            .arg(tr("%n services are selected.", nullptr, static_cast<int>(targets.size())), m_view->currentName()));
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
    m_soughtInVain =
        !m_mirror->host() && (m_soughtInVain || m_session.connection() == HostSession::Connection::Lost || !m_mirror->problem().isEmpty());
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
