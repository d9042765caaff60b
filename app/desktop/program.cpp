#include "program_p.h"

#include "applicationbus.h"
#include "localhost.h"
#include "noticerouter.h"
#include "notificationbus.h"
#include "sessionend.h"
#include "singleinstance.h"
#include "tray.h"
#include "workers.h"

#include <ui/quit/closequestion.h>
#include <ui/services/servicemodel.h>
#include <ui/text/words.h>
#include <ui/tray/overall.h>
#include <ui/window/detailpane.h>

#include <QAction>
#include <QCoreApplication>
#include <QFileInfo>
#include <QGuiApplication>
#include <QWindow>

using namespace std::chrono_literals;

namespace turnspit::desktop {
namespace {

constexpr auto lostForGood = 3s; // a host that is restarted is back by then
constexpr auto busPatience = 5s;
const QString hostKey = QStringLiteral("host");
const QString addAction = QStringLiteral("add-service");
const QString holdAction = QStringLiteral("hold-schedules");

MainWindow::Options windowOptions(const Places& places)
{
    MainWindow::Options options;
    options.memoryFile = QString::fromStdString(places.state + "/desktop.ini");
    const QFileInfo demo(QCoreApplication::applicationDirPath() + QStringLiteral("/turnspit-demo"));
    options.demoProgram = demo.isExecutable() ? demo.canonicalFilePath() : QString();
    return options;
}

} // namespace

Program::Program(Options options, std::unique_ptr<OpenSession> open, LaunchServer& launches)
    : m_options(std::move(options)), m_launches(launches), m_open(std::move(open)), m_autostart(Autostart::folders(), m_options.command),
      m_atLogin(new QAction(tr("Start at &login"), this)), m_symbolicTray(new QAction(tr("Tray icon in the panel's &colour"), this)), m_tray(std::make_unique<Tray>(m_menu)),
      m_router(std::make_unique<NoticeRouter>(*m_tray)), m_noticeHold(std::make_unique<NoticeHold>(*m_router)),
      m_quietTime(std::make_unique<QuietTime>(*m_noticeHold)), m_lostTimer(Clock::current().createTimer([this] {
          m_lost = true;
          connectionChanged();
      })),
      m_busTimer(Clock::current().createTimer([this] { m_router->giveUpBus(); })), m_workers(std::make_unique<Workers>(m_options.places, m_files))
{
    m_atLogin->setObjectName(QStringLiteral("actionStartAtLogin"));
    m_atLogin->setCheckable(true);
    connect(m_atLogin, &QAction::triggered, this, &Program::setStartAtLogin);
    m_symbolicTray->setObjectName(QStringLiteral("actionSymbolicTray"));
    m_symbolicTray->setCheckable(true);
    m_symbolicTray->setVisible(false);
    connect(m_symbolicTray, &QAction::triggered, this, &Program::setSymbolicTray);
    connectTray();
    createFront();
    connectBuses();
    connect(&m_launches, &LaunchServer::raiseRequested, this, &Program::raise);
    connect(&m_launches, &LaunchServer::actionRequested, this, &Program::act);
    // Quitting inside of it would be too early for the session manager; services are stopped as far as there is time.
    connect(qApp, &QGuiApplication::commitDataRequest, this, [this] { QMetaObject::invokeMethod(this, &Program::end, Qt::QueuedConnection); },
            Qt::DirectConnection);
    readStartAtLogin();
    lookForTraySymbols();
}

Program::~Program()
{
    m_open->onHint = {};
    m_open->onEnd = {};
}

void Program::createFront()
{
    HostSession& session = m_open->session();
    m_front = std::make_unique<Front>(session, *m_noticeHold, windowOptions(m_options.places));
    MainWindow& window = m_front->window;
    window.setNoHostHint(m_open->noHostHint());
    window.addMenuAction(MainWindow::Menu::File, m_atLogin);
    window.addMenuAction(MainWindow::Menu::File, m_symbolicTray);
    m_quietTime->addTo(window);
    m_open->onHint = [this](const QString& hint) { m_front->window.setNoHostHint(hint); };
    m_open->onEnd = [this] { end(); };
    m_router->useBanner(&window.notices());
    m_front->presence.setTrayVisible(m_tray->isVisible());

    connect(&window, &MainWindow::closeRequested, this, &Program::closeRequested);
    connect(&window, &MainWindow::quitRequested, this, &Program::quitRequested);
    connect(&window, &MainWindow::selectedNamesChanged, this, &Program::seeCurrent);
    connect(&m_front->mirror, &HostMirror::servicesChanged, this, &Program::refreshTray);
    connect(&m_front->mirror, &HostMirror::hostChanged, this, &Program::refreshTray);
    connect(&window.mirror(), &HostMirror::servicesChanged, this, &Program::actWhenLive);
    connect(&m_front->mirror.model(), &ServiceModel::holdEndsChanged, this, &Program::refreshTray);
    connect(&m_front->unseen, &UnseenFailures::changed, this, [this] {
        seeCurrent();
        refreshTray();
    });
    connect(&m_front->actions, &QuickActions::refused, this, [this](const QString& why) { tell(QStringLiteral("refused"), why); });
    connect(&window.notices(), &NoticeBanner::pressed, this, [this](const Notice& notice, const QString& button) { noticePressed(notice, button, {}); });
    connect(&m_front->news, &HostNews::serviceRequested, this, [this](const QString& name) {
        showHost({});
        m_front->window.showService(name, tabs::runs);
    });
    connect(&m_front->quit, &QuitFlow::ended, this, &Program::end);
    connect(&m_front->quit, &QuitFlow::hidden, &m_front->presence, &WindowPresence::putAway);
    connect(&m_front->quit, &QuitFlow::underWayChanged, this, [this] {
        m_front->policy.setQuiet(m_front->quit.isUnderWay());
        refreshTray();
    });
    connect(&session, &HostSession::connectionChanged, this, &Program::connectionChanged);
    connect(qApp, &QGuiApplication::focusWindowChanged, &m_front->presence, [this] { seeCurrent(); });
    connectWorkers();
    connectionChanged();
}

void Program::connectTray()
{
    connect(&m_menu, &TrayMenu::asked, this, [this](QuickCommand command, const QStringList& names) { m_front->actions.ask(command, names); });
    connect(&m_menu, &TrayMenu::holdAsked, this, [this](HoldSpan span, const QStringList& names) {
        m_front->actions.hold(names, endOf(span, Clock::current().wallNow()));
    });
    connect(&m_menu, &TrayMenu::noticeHoldAsked, m_quietTime.get(), &QuietTime::hold);
    connect(&m_menu, &TrayMenu::noticesAsked, m_noticeHold.get(), &NoticeHold::resume);
    connect(&m_menu, &TrayMenu::showLog, this, [this](const QString& name) { showService(name, {}); });
    connect(&m_menu, &TrayMenu::openWindow, this, [this] { raise({}); });
    connect(&m_menu, &TrayMenu::startHere, this, &Program::startHere);
    connect(&m_menu, &TrayMenu::startAtLogin, this, &Program::setStartAtLogin);
    connect(&m_menu, &TrayMenu::quit, this, &Program::quitRequested);
    connect(m_tray.get(), &Tray::activated, this, [this](const QString& token) {
        if (m_front->window.isActiveWindow())
            m_front->presence.putAway();
        else
            raise(token);
    });
    connect(m_noticeHold.get(), &NoticeHold::changed, this, &Program::refreshTray);
    connect(m_tray.get(), &Tray::visibleChanged, this, [this] { m_front->presence.setTrayVisible(m_tray->isVisible()); });
}

void Program::connectBuses()
{
    m_buses.open(QDBusConnection::SessionBus, [this](const QDBusConnection& bus) {
        m_busTimer->stop();
        m_tray->useBus(bus);
        m_notifications = std::make_unique<NotificationBus>(bus);
        connect(m_notifications.get(), &NotificationBus::pressed, this, &Program::noticePressed);
        m_router->useBus(m_notifications.get());
        m_application = std::make_unique<ApplicationBus>(bus);
        connect(m_application.get(), &ApplicationBus::activated, this, &Program::raise);
        connect(m_application.get(), &ApplicationBus::actionRequested, this, &Program::act);
    });
    m_busTimer->startOnce(busPatience);
    m_buses.open(QDBusConnection::SystemBus, [this](const QDBusConnection& bus) {
        m_sessionEnd = std::make_unique<SessionEnd>(bus);
        connect(m_sessionEnd.get(), &SessionEnd::goingDown, this, &Program::end);
    });
}

void Program::start()
{
    if (m_options.minimized)
        m_front->presence.startAway();
    else
        m_front->window.show();
}

void Program::showSession(std::unique_ptr<OpenSession> open)
{
    const bool shown = m_front->window.isVisible();
    const QByteArray geometry = m_front->window.saveGeometry();
    m_open->onHint = {};
    m_open->onEnd = {};
    m_router->useBanner(nullptr);
    m_front.reset();
    m_open = std::move(open);
    createFront();
    m_front->window.restoreGeometry(geometry);
    if (shown)
        m_front->window.show();
    else
        m_front->presence.startAway();
    refreshTray();
}

// ---- tray -----------------------------------------------------------------------------------------------------------------------

void Program::refreshTray()
{
    const HostMirror& mirror = m_front->mirror;
    const WallTime now = Clock::current().wallNow();
    OverallInput input{.services = mirror.model().services(),
                       .unseen = m_front->unseen.names(),
                       .live = mirror.isLive(),
                       .silent = mirror.isSilent(),
                       .holdEnds = mirror.model().holdEnds(),
                       .noticesHeldUntil = m_noticeHold->end(),
                       .quitting = m_front->quit.isUnderWay() || m_ending};
    m_tray->setLook(overall(input), overallText(input, now));
    refreshHosts();
    TrayMenu::Content content;
    content.services = std::move(input.services);
    content.unseen = std::move(input.unseen);
    content.live = input.live;
    content.inProcess = m_open->session().isInProcess();
    content.canStartHere = m_lost && !content.inProcess;
    content.quitting = input.quitting;
    content.startsAtLogin = m_startsAtLogin;
    content.holdEnds = mirror.model().holdEnds();
    content.noticesHeldUntil = m_noticeHold->end();
    m_menu.setContent(content, now);
}

void Program::seeCurrent()
{
    const QStringList names = m_front->window.selectedNames();
    const bool isOurs = m_front->hosts->current().isEmpty();
    if (!isOurs || names.size() != 1 || !m_front->window.isActiveWindow() || m_front->window.isMinimized())
        return;
    m_front->unseen.see(names.first());
    m_front->policy.see(names.first());
}

void Program::raise(const QString& token)
{
    if (!token.isEmpty())
        qputenv("XDG_ACTIVATION_TOKEN", token.toUtf8()); // where Qt looks for it when a window is activated
    m_front->window.raiseWindow();
    if (m_front->quit.isUnderWay())
        m_front->quit.quit(&m_front->window, m_tray->isVisible());
}

void Program::act(const QString& action, const QString& token)
{
    if (action != holdAction) // holding needs no window
        raise(token);
    if (action == addAction || action == holdAction)
        m_asked += action;
    actWhenLive();
}

void Program::actWhenLive()
{
    if (m_ending || m_asked.isEmpty())
        return;
    showHost({});
    if (!m_front->window.mirror().isLive())
        return;
    for (const QString& action : std::exchange(m_asked, {})) {
        if (action == addAction)
            m_front->window.addService();
        else
            m_front->window.holdSchedules();
    }
}

void Program::showService(const QString& name, const QString& token)
{
    raise(token);
    showHost({});
    m_front->window.showService(name, QStringLiteral("logs"));
    m_front->unseen.see(name);
    m_front->policy.see(name);
}

void Program::noticePressed(const Notice& notice, const QString& button, const QString& token)
{
    const ServiceInfo* const service = m_front->mirror.model().find(notice.service);
    if (button == QLatin1String("startHere"))
        startHere();
    else if (button == QLatin1String("showWorker")) {
        raise(token);
        showHost(notice.key.section(QLatin1Char('/'), 1));
    } else if (button == QLatin1String("review")) {
        raise(token);
        m_front->news.review(notice.key, m_front->window);
    } else if (button == QLatin1String("again") && service)
        m_front->actions.again(*service);
    else if (button == QLatin1String("start") && service)
        m_front->actions.ask(QuickCommand::Start, service->name);
    else if (service)
        showService(service->name, token);
    else {
        raise(token);
        showHost({});
        m_front->window.showServices(notice.services);
    }
}

void Program::tell(const QString& key, const QString& summary)
{
    Notice notice;
    notice.key = key;
    notice.summary = summary;
    m_router->show(notice);
}

// ---- closing and quitting -------------------------------------------------------------------------------------------------------

void Program::closeRequested()
{
    if (m_ending)
        return;
    if (qApp->isSavingSession())
        return end();
    using Close = Preferences::Close;
    if (m_options.preferences.close == Close::Quit)
        quitRequested();
    else if (m_options.preferences.close == Close::ToTray || !m_tray->isVisible())
        m_front->presence.putAway();
    else
        askWhatCloseMeans();
}

void Program::askWhatCloseMeans()
{
    MainWindow& window = m_front->window;
    auto* const question =
        new CloseQuestion(liveCount(m_front->mirror.model().services()), m_open->session().isInProcess(), &window);
    question->setAttribute(Qt::WA_DeleteOnClose);
    connect(question, &CloseQuestion::answered, this, &Program::closeAnswered);
    question->open();
}

void Program::closeAnswered(bool quit, bool remember)
{
    if (remember) {
        m_options.preferences.close = quit ? Preferences::Close::Quit : Preferences::Close::ToTray;
        savePreferences();
    }
    if (quit)
        quitRequested();
    else
        m_front->presence.putAway();
}

void Program::quitRequested()
{
    if (m_ending)
        return;
    const bool stops = m_open->session().isInProcess() && m_front->mirror.isLive();
    if (!stops)
        return end();
    MainWindow& window = m_front->window;
    m_front->quit.quit(window.isVisible() && !window.isMinimized() ? &window : nullptr, m_tray->isVisible());
}

void Program::endNow()
{
    if (m_ending)
        QCoreApplication::exit(6); // somebody is in a hurry: the keeper finishes what is under way
    else
        end();
}

void Program::end()
{
    if (std::exchange(m_ending, true))
        return;
    m_launches.setEnding();
    m_front->policy.setQuiet(true);
    refreshTray();
    m_tasks.spawn(closeAndExit());
}

Task<> Program::closeAndExit()
{
    QCoreApplication::exit(co_await m_open->close());
}

// ---- the host -------------------------------------------------------------------------------------------------------------------

void Program::connectionChanged()
{
    HostSession& session = m_open->session();
    const bool away = !session.isInProcess() && session.connection() != HostSession::Connection::Connected;
    if (away)
        m_front->pulse.reset();
    else if (!m_front->pulse && !session.isInProcess())
        m_front->pulse = std::make_unique<Pulse>(session, [this](bool answers) { hostAnswers(answers); });
    m_front->mirror.setAnswers(true); // until it is found that it does not
    if (!away) {
        m_lostTimer->stop();
        m_away = m_lost = false;
        m_front->window.notices().close(hostKey);
        return refreshTray();
    }
    if (!m_lost) {
        if (!std::exchange(m_away, true)) // each attempt to connect is a change, too
            m_lostTimer->startOnce(lostForGood);
        return refreshTray();
    }
    Notice notice;
    notice.key = hostKey;
    notice.summary = tr("The host of these services does not answer.");
    notice.body = tr("This window goes on looking for it.");
    notice.buttons = {{QStringLiteral("startHere"), tr("Start here")}};
    m_front->window.notices().show(notice);
    refreshTray();
}

void Program::hostAnswers(bool answers)
{
    m_front->mirror.setAnswers(answers);
    if (answers)
        return m_front->window.notices().close(hostKey);
    Notice notice;
    notice.key = hostKey;
    notice.summary = tr("The host of these services does not answer.");
    notice.body = tr("It may be busy, or hang. What is shown is what it said last.");
    m_front->window.notices().show(notice);
}

void Program::startHere()
{
    if (m_ending || m_open->session().isInProcess() || std::exchange(m_startingHere, true))
        return;
    m_files.mailbox()->post([this, alive = std::weak_ptr(m_alive), home = Mailbox::current(), places = m_options.places,
                             folder = QCoreApplication::applicationDirPath().toStdString()] {
        auto parts = prepareLocalHost(places, folder);
        home->post([this, alive, parts = std::move(parts)]() mutable {
            if (alive.expired())
                return;
            m_startingHere = false;
            const bool isBack = m_open->session().connection() == HostSession::Connection::Connected;
            if (!parts) {
                tell(QStringLiteral("start-here"), words::error(parts.error()));
                connectionChanged();
            } else if (!isBack && !m_ending) {
                showSession(openLocalHost(*std::move(parts)));
            }
        });
    });
}

} // namespace turnspit::desktop
