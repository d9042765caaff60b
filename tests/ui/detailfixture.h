#pragma once

#include <support/fakesession.h>
#include <turnspit/async/fakeclock.h>
#include <ui/session/hostmirror.h>

#include <QApplication>
#include <QDir>
#include <QJsonDocument>
#include <QPalette>
#include <QStyle>
#include <QStyleFactory>
#include <QTest>
#include <QWidget>

#include <memory>

namespace turnspit {

/// A host with a mirror for the tabs of the detail, on a Sunday in November at 13:58; time moves when a test says so.
class DetailFixture
{
public:
    DetailFixture()
    {
        Clock::setCurrent(&clock);
        clock.setWall(WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + std::chrono::hours(13) + std::chrono::minutes(58)));
        session = std::make_unique<FakeSession>();
        mirror = std::make_unique<HostMirror>(*session);
        mirror->attach();
        settle();
    }
    ~DetailFixture()
    {
        mirror.reset();
        session.reset();
        Clock::setCurrent(nullptr);
    }
    DetailFixture(const DetailFixture&) = delete;
    DetailFixture& operator=(const DetailFixture&) = delete;

    /// What is posted and due is done, then time moves, then what that caused is done.
    void settle(std::chrono::nanoseconds time = {})
    {
        for (int i = 0; i < 6; ++i) {
            clock.advance(std::exchange(time, {}));
            QCoreApplication::processEvents();
        }
    }

    [[nodiscard]] WallTime now() const { return clock.wallNow(); }

    template <class T>
    static T& part(const QWidget& in, const char* name)
    {
        T* const found = in.findChild<T*>(QString::fromLatin1(name));
        if (!found)
            qFatal("no %s", name);
        return *found;
    }

    static QJsonObject json(const char* text)
    {
        QJsonParseError error;
        const QJsonObject object = QJsonDocument::fromJson(text, &error).object();
        if (error.error != QJsonParseError::NoError)
            qFatal("%s", qPrintable(error.errorString()));
        return object;
    }

    static RunInfo run(quint64 id, const QString& service, WallTime begin, double seconds, Outcome outcome, std::optional<int> exitCode = {})
    {
        RunInfo run;
        run.id = RunId{id};
        run.service = service;
        run.trigger = Trigger::Schedule;
        run.begin = begin;
        run.end = begin + std::chrono::milliseconds(static_cast<qint64>(seconds * 1000));
        run.outcome = outcome;
        run.exitCode = exitCode;
        run.duration = seconds;
        return run;
    }

    /// A service on a schedule as the pictures show it, with a history.
    void addBackup();

    /// Pictures for the eye, where TURNSPIT_PICTURES names a folder: light, dark and small. False where it does not.
    static bool takesPictures() { return !qEnvironmentVariableIsEmpty("TURNSPIT_PICTURES"); }
    void picture(QWidget& widget, const QString& name);

    FakeClock clock;
    std::unique_ptr<FakeSession> session;
    std::unique_ptr<HostMirror> mirror;
};

inline void DetailFixture::addBackup()
{
    using namespace std::chrono_literals;
    const QString name = QStringLiteral("backup");
    ServiceInfo row = serviceNamed(name, ServiceState::Waiting, ServiceKind::Scheduled);
    row.group = QStringLiteral("home");
    row.since = now() - 28min;
    row.nextRun = now() + 32min;
    row.lastOutcome = Outcome::Succeeded;
    row.exitCode = 0;
    session->setText(name, QStringLiteral("# Keeps the photos safe\n"
                                          "description = \"Copies the photos to the other disk\"\n"
                                          "group = \"home\"\n"
                                          "command = [\"rclone\", \"sync\", \"/home/ada/Photos\", \"remote:photos of the family\"]\n"
                                          "working_directory = \"~/Photos\"\n"
                                          "environment = { RCLONE_PASSWORD = \"hunter2\", LANG = \"C.UTF-8\" }\n"
                                          "environment_file = \".env\"\n\n"
                                          "[schedule]\nevery = \"1h\"\noverlap = \"skip\" # never two at once\n\n[restart]\npolicy = \"on-failure\"\nlimit = 10\n"));
    session->put(row);
    session->setValues(name, json(R"({"description": "Copies the photos to the other disk", "group": "home",
        "command": ["rclone", "sync", "/home/ada/Photos", "remote:photos of the family"], "shell": false,
        "working_directory": "~/Photos", "environment": {"RCLONE_PASSWORD": "hunter2", "LANG": "C.UTF-8"}, "environment_file": ".env",
        "autostart": true, "disabled": false, "manual": false, "on_host_crash": "keep", "umask": "0022",
        "schedule": {"every": "1h", "timezone": "system", "overlap": "skip", "missed": "once", "missed_limit": "1d", "jitter": "0s", "run_at_start": false},
        "restart": {"policy": "on-failure", "success_exit_codes": [0], "delay": "1s", "max_delay": "1m", "limit": 10, "window": "10m", "reset_after": "1m"},
        "stop": {"signal": "SIGTERM", "timeout": "10s", "command": []},
        "log": {"capture": true, "max_size": "100MB", "segment_size": "16MB", "max_age": "30d"}})"));
    QList<WallTime> planned;
    for (int i = 0; i < 24; ++i)
        planned.append(now() + 32min + i * 1h);
    session->setPlanned(name, planned);
    quint64 id = 100;
    for (int hoursAgo = 40; hoursAgo >= 1; --hoursAgo) {
        RunInfo one = run(++id, name, now() - hoursAgo * 1h + 32min, 110 + hoursAgo % 7 * 9, Outcome::Succeeded, 0);
        one.cpuSeconds = 4.2;
        one.peakMemoryBytes = 96'000'000 + hoursAgo * 1'000'000;
        one.logLines = 1020 + hoursAgo;
        if (hoursAgo == 3 || hoursAgo == 9 || hoursAgo == 10) {
            one.outcome = Outcome::Failed;
            one.exitCode = hoursAgo == 3 ? 127 : 1;
            one.reason = hoursAgo == 3 ? QStringLiteral("`rclone` was not found in PATH (exit 127)") : QStringLiteral("exit 1");
            one.duration = 0.1;
            one.end = one.begin + 100ms;
        } else if (hoursAgo == 6) {
            one.outcome = Outcome::Missed;
            one.exitCode.reset();
            one.reason = QStringLiteral("1 run at 08:30: asleep");
            one.end = one.begin;
            one.duration = 0;
            one.logLines = 0;
            one.cpuSeconds.reset();
            one.peakMemoryBytes.reset();
        } else if (hoursAgo == 12) {
            one.outcome = Outcome::Killed;
            one.exitCode.reset();
            one.signal = QStringLiteral("SIGKILL");
            one.reason = QStringLiteral("did not stop within 10s; killed");
            one.end = one.begin + 41min;
            one.duration = 41.0 * 60;
        } else if (hoursAgo == 2) {
            one.trigger = Trigger::Tray;
        }
        session->addRun(one);
    }
}

inline void DetailFixture::picture(QWidget& widget, const QString& name)
{
    const QDir folder(qEnvironmentVariable("TURNSPIT_PICTURES"));
    QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    QPalette dark;
    dark.setColor(QPalette::Window, QColor(0x2b2b2b));
    dark.setColor(QPalette::Base, QColor(0x1e1e1e));
    dark.setColor(QPalette::AlternateBase, QColor(0x262626));
    dark.setColor(QPalette::Button, QColor(0x353535));
    dark.setColor(QPalette::Highlight, QColor(0x2a5f9e));
    dark.setColor(QPalette::Mid, QColor(0x555555));
    dark.setColor(QPalette::Midlight, QColor(0x3a3a3a));
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::HighlightedText, QPalette::ToolTipText})
        dark.setColor(role, QColor(0xe6e6e6));
    dark.setColor(QPalette::PlaceholderText, QColor(0x9a9a9a));
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        dark.setColor(QPalette::Disabled, role, QColor(0x777777));
    const QPalette light = QApplication::style()->standardPalette();
    const auto save = [&](const char* how) {
        settle(std::chrono::seconds(1));
        QVERIFY(widget.grab().save(folder.filePath(QStringLiteral("%1-%2.png").arg(name, QLatin1String(how)))));
    };
    widget.resize(1000, 560);
    QApplication::setPalette(light);
    save("light");
    QApplication::setPalette(dark);
    save("dark");
    QApplication::setPalette(light);
    widget.resize(800, 320);
    save("small");
    widget.resize(400, 300); // 800x600 at 200 %
    save("tiny");
}

} // namespace turnspit
