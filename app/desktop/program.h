#pragma once

#include "autostart.h"
#include "busopener.h"
#include "preferences.h"
#include "quiettime.h"
#include "sessionchoice.h"

#include <turnspit/async/taskscope.h>
#include <turnspit/async/thread.h>
#include <turnspit/base/clock.h>
#include <ui/notices/notice.h>
#include <ui/tray/traymenu.h>

#include <QObject>

#include <memory>

class QAction;

namespace turnspit {
class MainWindow;
}

namespace turnspit::desktop {

class ApplicationBus;
class LaunchServer;
class NotificationBus;
class NoticeRouter;
class SessionEnd;
class Tray;
class Workers;

/// The program around the window: tray, notices, closing and quitting, later launches, log-in and log-out, and which host is shown.
/// Main thread, from the making of the application to the end of its event loop.
class Program final : public QObject
{
    Q_OBJECT
public:
    struct Options
    {
        Places places;
        Preferences preferences;
        QStringList command;    ///< the program and the folders it was given, for starting at login
        bool minimized = false;
    };

    Program(Options options, std::unique_ptr<OpenSession> open, LaunchServer& launches);
    ~Program() override;

    /// Shows the window, or comes up in the tray.
    void start();

    /// What the desktop entry offers: `add-service`, `hold-schedules`; done when the host can be asked. Anything else raises the window.
    void act(const QString& action, const QString& token);

    /// Asked from outside to end, without anybody to talk to: services first, then the program. Twice: at once.
    void endNow();

private:
    struct Front;

    void createFront();
    void connectBuses();
    void connectTray();
    void showSession(std::unique_ptr<OpenSession> open);
    void refreshTray();
    void connectionChanged();
    void hostAnswers(bool answers);

    // program_workers.cpp
    void connectWorkers();
    void refreshHosts();
    void refreshSilence();
    void showHost(const QString& key);
    void dismissHosts(const QStringList& keys);
    void workerConnected(const QString& name);
    void workerAnswers(const QString& name, bool answers);
    void workerEnded(const QString& name, bool killed);
    void tellOfWorker(const QString& name, const QString& summary, const QString& body);

    void closeRequested();
    void askWhatCloseMeans();
    void closeAnswered(bool quit, bool remember);
    void quitRequested();
    void end();
    Task<> closeAndExit();

    void raise(const QString& token);
    void actWhenLive();
    void showService(const QString& name, const QString& token);
    void seeCurrent();
    void noticePressed(const Notice& notice, const QString& button, const QString& token);
    void tell(const QString& key, const QString& summary);

    void startHere();
    void setStartAtLogin(bool on);
    void readStartAtLogin();
    void startAtLoginIs(bool on);
    void lookForTraySymbols();
    void setSymbolicTray(bool on);
    void savePreferences();

    Options m_options;
    LaunchServer& m_launches;
    std::unique_ptr<OpenSession> m_open;
    Autostart m_autostart;
    QAction* m_atLogin;
    QAction* m_symbolicTray; ///< seen where the icons for it are installed
    TrayMenu m_menu;
    std::unique_ptr<Tray> m_tray;
    std::unique_ptr<NotificationBus> m_notifications;
    std::unique_ptr<ApplicationBus> m_application;
    std::unique_ptr<NoticeRouter> m_router;
    std::unique_ptr<NoticeHold> m_noticeHold; ///< in front of the router
    std::unique_ptr<QuietTime> m_quietTime;
    std::unique_ptr<SessionEnd> m_sessionEnd;
    std::unique_ptr<ClockTimer> m_lostTimer; ///< the host is away, and may be back in a moment
    std::unique_ptr<ClockTimer> m_busTimer;
    std::unique_ptr<Front> m_front;          ///< all that belongs to the present session
    QStringList m_asked;                     ///< actions that wait for a host
    bool m_away = false;                     ///< the host does not answer
    bool m_lost = false;                     ///< ... for so long that somebody should be asked
    bool m_startingHere = false;
    bool m_startsAtLogin = false;
    bool m_ending = false;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true); ///< what comes back from the files thread looks at it first
    Thread m_files{QStringLiteral("desktop files")};
    std::unique_ptr<Workers> m_workers;
    BusOpener m_buses;
    TaskScope m_tasks; // last: destroyed before what its tasks use
};

} // namespace turnspit::desktop
