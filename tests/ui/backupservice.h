#pragma once

#include "hostfixture.h"

#include <QJsonDocument>
#include <QJsonObject>

namespace turnspit {

[[nodiscard]] inline QJsonObject jsonObject(const char* text)
{
    QJsonParseError error;
    const QJsonObject object = QJsonDocument::fromJson(text, &error).object();
    if (error.error != QJsonParseError::NoError)
        qFatal("%s", qPrintable(error.errorString()));
    return object;
}

[[nodiscard]] inline RunInfo endedRun(quint64 id, const QString& service, WallTime begin, double seconds, Outcome outcome, std::optional<int> exitCode = {})
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
inline void addBackup(HostFixture& host)
{
    using namespace std::chrono_literals;
    const QString name = QStringLiteral("backup");
    ServiceInfo row = serviceNamed(name, ServiceState::Waiting, ServiceKind::Scheduled);
    row.group = QStringLiteral("home");
    row.since = host.now() - 28min;
    row.nextRun = host.now() + 32min;
    row.lastOutcome = Outcome::Succeeded;
    row.exitCode = 0;
    host.session->setText(name, QStringLiteral("# Keeps the photos safe\n"
                                          "description = \"Copies the photos to the other disk\"\n"
                                          "group = \"home\"\n"
                                          "command = [\"rclone\", \"sync\", \"/home/ada/Photos\", \"remote:photos of the family\"]\n"
                                          "working_directory = \"~/Photos\"\n"
                                          "environment = { RCLONE_PASSWORD = \"hunter2\", LANG = \"C.UTF-8\" }\n"
                                          "environment_file = \".env\"\n\n"
                                          "[schedule]\nevery = \"1h\"\noverlap = \"skip\" # never two at once\n\n[restart]\npolicy = \"on-failure\"\nlimit = 10\n"));
    host.session->put(row);
    host.session->setValues(name, jsonObject(R"({"description": "Copies the photos to the other disk", "group": "home",
        "command": ["rclone", "sync", "/home/ada/Photos", "remote:photos of the family"], "shell": false,
        "working_directory": "~/Photos", "environment": {"RCLONE_PASSWORD": "hunter2", "LANG": "C.UTF-8"}, "environment_file": ".env",
        "autostart": true, "disabled": false, "manual": false, "on_host_crash": "keep", "umask": "0022",
        "schedule": {"every": "1h", "timezone": "system", "overlap": "skip", "missed": "once", "missed_limit": "1d", "jitter": "0s", "run_at_start": false},
        "restart": {"policy": "on-failure", "success_exit_codes": [0], "delay": "1s", "max_delay": "1m", "limit": 10, "window": "10m", "reset_after": "1m"},
        "stop": {"signal": "SIGTERM", "timeout": "10s", "command": []},
        "log": {"capture": true, "max_size": "100MB", "segment_size": "16MB", "max_age": "30d"}})"));
    QList<WallTime> planned;
    for (int i = 0; i < 24; ++i)
        planned.append(host.now() + 32min + i * 1h);
    host.session->setPlanned(name, planned);
    quint64 id = 100;
    for (int hoursAgo = 40; hoursAgo >= 1; --hoursAgo) {
        RunInfo one = endedRun(++id, name, host.now() - hoursAgo * 1h + 32min, 110 + hoursAgo % 7 * 9, Outcome::Succeeded, 0);
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
        host.session->addRun(one);
    }
}

} // namespace turnspit
