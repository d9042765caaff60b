#include <app/desktop/workers.h>

#include <support/await.h>
#include <turnspit/control/hostsession.h>

#include <QDir>
#include <QProcess>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using namespace turnspit;
using namespace turnspit::desktop;

namespace {

/// The example program, found and watched in folders of its own.
struct Fixture
{
    Fixture()
    {
        const std::string root = folder.path().toStdString();
        places = Places{root + "/c", root + "/s", root + "/r"};
        if (auto ready = places.prepare(); !ready)
            qFatal("%s", ready.error().text().c_str());
        workers = std::make_unique<Workers>(places, files);
    }
    ~Fixture()
    {
        program.kill();
        program.waitForFinished();
        workers.reset();
    }

    void start(const char* name)
    {
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("TURNSPIT_STATE_DIR"), QString::fromStdString(places.state));
        environment.insert(QStringLiteral("TURNSPIT_RUNTIME_DIR"), QString::fromStdString(places.runtime));
        program.setProcessEnvironment(environment);
        program.setStandardErrorFile(QProcess::nullDevice());
        program.start(QString::fromLocal8Bit(qgetenv("TURNSPIT_BIN")) + QStringLiteral("/turnspit-station"), {QString::fromLatin1(name)});
    }
    void signal(int which) const { ::kill(static_cast<pid_t>(program.processId()), which); }
    [[nodiscard]] HostEntry entry() const { return workers->entries().value(0); }
    [[nodiscard]] bool reaches(HostEntry::State state)
    {
        return spinUntil([this, state] { return !workers->entries().isEmpty() && entry().state == state; });
    }

    QTemporaryDir folder{QDir::tempPath() + QStringLiteral("/wXXXXXX")};
    Places places;
    Thread files{QStringLiteral("files")};
    std::unique_ptr<Workers> workers;
    QProcess program;
};

} // namespace

class TestWorkers : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aProgramAppearsByItselfWithItsServices()
    {
        Fixture f;
        QVERIFY(f.workers->entries().isEmpty());
        f.start("station");
        QVERIFY(spinUntil([&] { return f.entry().counts.services == 3; }));
        QCOMPARE(f.entry().key, QStringLiteral("station"));
        QVERIFY(f.entry().state == HostEntry::State::Answers);
        QVERIFY(f.workers->session(QStringLiteral("station")));
        QVERIFY(!f.workers->session(QStringLiteral("nobody")));
    }

    void oneThatEndsSaysSo()
    {
        Fixture f;
        f.start("station");
        QVERIFY(f.reaches(HostEntry::State::Answers));
        QSignalSpy ended(f.workers.get(), &Workers::ended);
        f.program.terminate();
        QVERIFY(f.reaches(HostEntry::State::Ended));
        QVERIFY(f.entry().at);
        QCOMPARE(ended.size(), 1);
        QVERIFY(!ended.first().at(1).toBool());
        f.workers->dismiss({QStringLiteral("station")});
        QVERIFY(f.workers->entries().isEmpty());
    }

    void oneThatIsKilledSaysSoAndIsBackWhenItIsStartedAgain()
    {
        Fixture f;
        f.start("station");
        QVERIFY(f.reaches(HostEntry::State::Answers));
        f.workers->dismiss({QStringLiteral("station")}); // it is not over
        QCOMPARE(f.workers->entries().size(), 1);
        HostSession* const before = f.workers->session(QStringLiteral("station"));
        f.program.kill();
        QVERIFY(f.reaches(HostEntry::State::Killed));
        QCOMPARE(f.workers->session(QStringLiteral("station")), before); // who shows it goes on

        QVERIFY(f.program.state() == QProcess::NotRunning || f.program.waitForFinished());
        QSignalSpy connected(f.workers.get(), &Workers::connected);
        f.start("station");
        QVERIFY(f.reaches(HostEntry::State::Answers));
        QCOMPARE(connected.size(), 1);
        QVERIFY(!f.entry().at);
    }

    void oneThatHangsSaysSoAndIsBackWhenItGoesOn()
    {
        Fixture f;
        f.start("station");
        QVERIFY(f.reaches(HostEntry::State::Answers));
        QSignalSpy answering(f.workers.get(), &Workers::answering);
        f.signal(SIGSTOP);
        QVERIFY(f.reaches(HostEntry::State::Silent));
        // Who comes only now sees the same, though nobody has said a word to it.
        Workers later(f.places, f.files);
        QVERIFY(spinUntil([&] { return !later.entries().isEmpty(); }));
        QVERIFY(later.entries().first().state == HostEntry::State::Silent);
        QVERIFY(later.session(QStringLiteral("station")));
        f.signal(SIGCONT);
        QVERIFY(f.reaches(HostEntry::State::Answers));
        QCOMPARE(answering.size(), 2);
        QVERIFY(!answering.at(0).at(1).toBool() && answering.at(1).at(1).toBool());
        QVERIFY(spinUntil([&] { return later.entries().first().counts.services == 3; }));
        QVERIFY(later.entries().first().state == HostEntry::State::Answers);
    }

    void oneThatIsKilledWhileItHangsIsKilled()
    {
        Fixture f;
        f.start("station");
        QVERIFY(f.reaches(HostEntry::State::Answers));
        f.signal(SIGSTOP);
        Workers later(f.places, f.files);
        QVERIFY(spinUntil([&] { return !later.entries().isEmpty(); }));
        f.program.kill();
        QVERIFY(f.reaches(HostEntry::State::Killed));
        QVERIFY(spinUntil([&] { return later.entries().first().state == HostEntry::State::Killed; }));
    }

    void aSocketThatWasLeftBeforeIsNobody()
    {
        Fixture f;
        f.start("station");
        QVERIFY(f.reaches(HostEntry::State::Answers));
        f.program.kill();
        QVERIFY(f.reaches(HostEntry::State::Killed));
        Workers later(f.places, f.files);
        QSignalSpy changed(&later, &Workers::changed);
        f.program.waitForFinished();
        f.start("other"); // in the meantime the socket that is left was looked at
        QVERIFY(spinUntil([&] { return !later.entries().isEmpty(); }));
        QCOMPARE(later.entries().size(), 1);
        QCOMPARE(later.entries().first().name, QStringLiteral("other"));
    }
};

QTEST_GUILESS_MAIN(TestWorkers)
#include "tst_workers.moc"
