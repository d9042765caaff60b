// Which objects a host makes of what was registered, how often, and how long they live (B2, B37, B43, B45, T9).
#include "recorder.h"

#include <QRegularExpression>

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

namespace acme {

class DataSync final : public HostedService
{
public:
    explicit DataSync(Journal& journal) : m_journal(journal) {}
    Task<> start(std::stop_token) override
    {
        m_journal.add("start");
        co_return;
    }
    Task<> stop(std::stop_token) override { co_return; }

private:
    Journal& m_journal;
};

/// A background service that has hooks besides.
class Hooked final : public BackgroundService, public HostedLifecycleService
{
public:
    explicit Hooked(Journal& journal) : m_journal(journal) {}

    Task<> starting(std::stop_token) override { return say("starting"); }
    Task<> started(std::stop_token) override { return say("started"); }
    Task<> stopping(std::stop_token) override { return say("stopping"); }
    Task<> stopped(std::stop_token) override { return say("stopped"); }

protected:
    Task<> execute(std::stop_token stopping) override
    {
        m_journal.add("execute");
        co_await untilStopped(stopping);
        m_journal.add("executed");
    }

private:
    Task<> say(const char* what)
    {
        m_journal.add(what);
        co_return;
    }
    Journal& m_journal;
};

} // namespace acme

class TestHostRegistration : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // B2, B45
    void objectsAreMadeOnceInTheOrderOfRegistrationAndLiveUntilTheyHaveStopped()
    {
        InlineHost h;
        for (const char* name : {"a", "b", "c"})
            addRecorder(h, {.name = name});
        h.build();
        QCOMPARE(h.journal.text(), QString()); // not before the start
        h.start();
        QVERIFY(h.journal.text().startsWith(QStringLiteral("a.made b.made c.made a.starting")));
        h.clock.advance(24h);
        h.stop();
        for (const char* name : {"a", "b", "c"}) {
            const QString service = QString::fromLatin1(name);
            QCOMPARE(h.journal.lines().count(service + QStringLiteral(".made")), 1);
            QVERIFY(h.journal.lines().indexOf(service + QStringLiteral(".stopped")) < h.journal.lines().indexOf(service + QStringLiteral(".destroyed")));
        }
        QVERIFY(h.journal.text().endsWith(QStringLiteral("c.destroyed b.destroyed a.destroyed")));
    }

    // B43, T9
    void theSameTypeTwiceWithoutANameIsRefusedInWords()
    {
        InlineHost h;
        h.builder.services().addInstance(h.journal);
        h.builder.services().addHostedService<acme::DataSync>();
        try {
            h.builder.services().addHostedService<acme::DataSync>();
            QFAIL("must be refused");
        } catch (const std::logic_error& error) {
            QCOMPARE(error.what(), "There is a hosted service 'data-sync' (acme::DataSync) already; give this one a name: addHostedService<T>(\"name\").");
        }
        h.start();
        QCOMPARE(h.journal.text(), QStringLiteral("start")); // and the first one runs, once
    }

    // B43, T9
    void aNameThatIsTakenIsRefusedInWords()
    {
        InlineHost h;
        h.builder.services().addInstance(h.journal);
        h.builder.services().addHostedService<acme::DataSync>("sync");
        try {
            h.builder.services().addHostedService<acme::Hooked>("sync");
            QFAIL("must be refused");
        } catch (const std::logic_error& error) {
            QCOMPARE(error.what(), "There is a hosted service 'sync' (acme::DataSync) already; give 'acme::Hooked' another name.");
        }
        h.builder.services().addHostedService<acme::DataSync>(); // without a name it is another one
        h.start();
        QCOMPARE(h.journal.text(), QStringLiteral("start start"));
    }

    void aNameThatNobodyCouldTypeIsRefusedInWords_data()
    {
        QTest::addColumn<QString>("name");
        for (const char* name : {"a b", "../x", "a/b", "-f", "mail\n"})
            QTest::newRow(name) << QString::fromLatin1(name);
        QTest::newRow("long") << QString(65, QLatin1Char('a'));
    }

    // T9
    void aNameThatNobodyCouldTypeIsRefusedInWords()
    {
        QFETCH(QString, name);
        InlineHost h;
        h.builder.services().addInstance(h.journal);
        try {
            h.builder.services().addHostedService<acme::DataSync>(name.toStdString());
            QFAIL("must be refused");
        } catch (const std::invalid_argument& error) {
            QCOMPARE(QString::fromUtf8(error.what()), QStringLiteral("'%1' is no name of a hosted service (acme::DataSync): 1 to 64 of A-Za-z0-9._-, "
                                                                     "beginning with a letter or digit.").arg(name));
        }
        h.build();
        h.start();
        const auto added = h.host->controllers().add(HostedRegistration::of<acme::DataSync>(name.toStdString()));
        QVERIFY(!added);
        QVERIFY(added.error().message.find("is no name of a hosted service") != std::string::npos);
    }

    void aFactoryNeedsNoNameEither()
    {
        InlineHost h;
        h.builder.services().addHostedService<acme::DataSync>([&] { return std::make_unique<acme::DataSync>(h.journal); });
        h.start();
        QCOMPARE(h.journal.text(), QStringLiteral("start"));
        QVERIFY(h.host->controllers().find("data-sync"));
    }

    // B37
    void aBackgroundServiceMayHaveHooks()
    {
        InlineHost h;
        h.builder.services().addInstance(h.journal);
        h.builder.services().addHostedService<acme::Hooked>();
        h.start();
        h.stop();
        const QStringList lines = h.journal.lines();
        QCOMPARE(QStringList(lines.filter(QRegularExpression(QStringLiteral("^st")))),
                 (QStringList{QStringLiteral("starting"), QStringLiteral("started"), QStringLiteral("stopping"), QStringLiteral("stopped")}));
        QVERIFY(lines.indexOf(QStringLiteral("execute")) > lines.indexOf(QStringLiteral("starting")));
        QVERIFY(lines.indexOf(QStringLiteral("executed")) > lines.indexOf(QStringLiteral("stopping")));
        QVERIFY(lines.indexOf(QStringLiteral("executed")) < lines.indexOf(QStringLiteral("stopped")));
    }
};

QTEST_GUILESS_MAIN(TestHostRegistration)
#include "tst_hostregistration.moc"
