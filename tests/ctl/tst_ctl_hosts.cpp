#include <ctl/hosts.h>

#include <QJsonDocument>
#include <QTest>

using namespace turnspit;
using namespace turnspit::ctl;

namespace {

const WallTime noon = parseRfc3339("2026-11-28T12:00:00Z").value();

FoundHost daemon()
{
    FoundHost host{.name = QStringLiteral("turnspitd"), .what = QStringLiteral("host"), .state = FoundHost::State::Answers, .socket = QStringLiteral("/r/host.sock")};
    host.pid = 812;
    host.version = QStringLiteral("0.1.0");
    host.since = noon - std::chrono::hours(2);
    QList<ServiceInfo> services;
    for (const ServiceState state : {ServiceState::Running, ServiceState::Waiting, ServiceState::Failed, ServiceState::Stopped}) {
        ServiceInfo service;
        service.state = state;
        services.append(service);
    }
    host.counts = countOf(services);
    return host;
}

FoundHost goneWorker()
{
    FoundHost host{.name = QStringLiteral("a"), .what = QStringLiteral("worker"), .state = FoundHost::State::Gone, .socket = QStringLiteral("/r/workers/a.sock")};
    host.error = QStringLiteral("it was killed: its socket is left");
    return host;
}

QString printed(const QList<FoundHost>& hosts, bool json)
{
    std::string text;
    {
        OutputStream out(OutputStream::toString(text));
        printHosts(out, hosts, json, noon, Style{});
    }
    return QString::fromStdString(text);
}

} // namespace

class tst_ctl_hosts : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theMainHostIsFirstAndServicesAreCounted()
    {
        QCOMPARE(printed({goneWorker(), daemon()}, false),
                 QStringLiteral("NAME       WHAT    STATE    PID  VERSION  SINCE  SERVICES\n"
                                "turnspitd  host    answers  812  0.1.0       2h  4: 1 running, 1 waiting, 1 failed\n"
                                "a          worker  gone                          it was killed: its socket is left\n"));
    }

    void asJsonWhatIsNotKnownIsNull()
    {
        const QJsonArray rows = QJsonDocument::fromJson(printed({goneWorker(), daemon()}, true).toUtf8()).array();
        QCOMPARE(rows.size(), 2);
        QCOMPARE(rows.at(0)[QLatin1String("state")].toString(), QStringLiteral("answers"));
        QCOMPARE(rows.at(0)[QLatin1String("running")].toInt(), 1);
        QCOMPARE(rows.at(0)[QLatin1String("waiting")].toInt(), 1);
        QCOMPARE(rows.at(0)[QLatin1String("failed")].toInt(), 1);
        QVERIFY(rows.at(0)[QLatin1String("error")].isNull());
        QCOMPARE(rows.at(1)[QLatin1String("state")].toString(), QStringLiteral("gone"));
        for (const char* key : {"pid", "version", "since", "services", "running", "waiting", "failed"})
            QVERIFY2(rows.at(1)[QLatin1String(key)].isNull(), key);
    }

    void noHostAtAllIsSaid()
    {
        QCOMPARE(printed({}, false), QStringLiteral("No host is running. Start turnspitd or the desktop.\n"));
        QCOMPARE(QJsonDocument::fromJson(printed({}, true).toUtf8()).array().size(), 0);
    }
};

QTEST_GUILESS_MAIN(tst_ctl_hosts)
#include "tst_ctl_hosts.moc"
