#include "detailfixture.h"

#include <ui/detail/overviewtab.h>
#include <ui/text/words.h>

#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QSignalSpy>
#include <QToolButton>

using namespace turnspit;
using namespace std::chrono_literals;

class TestOverviewTab : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<DetailFixture> m_host;
    std::unique_ptr<OverviewTab> m_tab;

    template <class T>
    T& part(const char* name)
    {
        return DetailFixture::part<T>(*m_tab, name);
    }
    QString text(const char* name) { return part<QLabel>(name).text(); }
    FakeSession& session() { return *m_host->session; }

    void open(const char* service)
    {
        m_tab->show();
        m_tab->open(QString::fromLatin1(service));
        m_host->settle(100ms);
    }

    void addMail()
    {
        const QString mail = QStringLiteral("mail");
        session().setText(mail, QStringLiteral("command = [\"node\", \"worker.js\"]\n"));
        session().setValues(mail, DetailFixture::json(R"({"command": ["node", "worker.js", "--queue", "new mail"],
            "restart": {"policy": "on-failure", "delay": "1s", "max_delay": "1m", "limit": 10, "window": "10m"},
            "stop": {"signal": "SIGTERM", "timeout": "10s", "command": []}, "environment": {}})"));
        session().beginRun(mail);
        m_host->settle(1h);
    }

    QString addOrders()
    {
        const QString orders = QStringLiteral("orders");
        ServiceInfo row = serviceNamed(orders, ServiceState::Running, ServiceKind::Queue);
        row.since = m_host->now() - 6h;
        session().put(row);
        session().setQueue({.name = orders, .depth = 128, .delayed = 2, .inFlight = 4, .deadLetters = 1, .inHand = 4, .acked = 9204, .nacked = 3,
                            .dead = 1, .lastError = QStringLiteral("order 31 has no customer")});
        m_host->settle(100ms);
        return orders;
    }

private Q_SLOTS:
    void init()
    {
        m_host = std::make_unique<DetailFixture>();
        m_tab = std::make_unique<OverviewTab>(*m_host->session, *m_host->mirror);
        m_tab->resize(780, 500);
    }
    void cleanup()
    {
        m_tab.reset();
        m_host.reset();
    }

    void itSaysWhatRunsSinceWhenAndByWhichRules()
    {
        addMail();
        const ServiceInfo row = session().service(QStringLiteral("mail"));
        open("mail");
        QVERIFY2(text("overviewState").startsWith(QStringLiteral("Running since today 13:58")), qPrintable(text("overviewState")));
        QVERIFY(text("overviewState").contains(words::duration(1h)));
        QVERIFY(text("overviewState").contains(QStringLiteral("pid %1").arg(*row.pid)));
        QVERIFY2(text("overviewState").contains(QStringLiteral("restarts today: 0")), qPrintable(text("overviewState")));
        QCOMPARE(part<QPlainTextEdit>("overviewCommand").toPlainText(), QStringLiteral("node worker.js --queue 'new mail'"));
        part<QToolButton>("overviewCopy").click();
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("node worker.js --queue 'new mail'"));
        QVERIFY2(text("overviewRestart").contains(QStringLiteral("on failure")), qPrintable(text("overviewRestart")));
        QVERIFY(text("overviewRestart").contains(QStringLiteral("10")));
        QVERIFY(text("overviewStop").contains(QStringLiteral("SIGTERM")));
        QVERIFY(!part<QWidget>("overviewSchedule").isVisible());
        QVERIFY(!part<QWidget>("overviewNext").isVisible());
    }

    void restartsAreCountedFromMidnight()
    {
        addMail();
        for (int ago = 60; ago > 0; --ago) { // one an hour; it is 14:58
            RunInfo run = DetailFixture::run(static_cast<quint64>(1000 - ago), QStringLiteral("mail"), m_host->now() - ago * 1h, 10, Outcome::Failed, 1);
            run.trigger = ago % 2 == 0 ? Trigger::Restart : Trigger::Window;
            session().addRun(run);
        }
        open("mail");
        const int hours = words::local(m_host->now()).time().hour();
        QVERIFY2(text("overviewState").contains(QStringLiteral("restarts today: %1").arg(hours / 2)), qPrintable(text("overviewState")));
        QCOMPARE(part<QWidget>("overviewRuns").findChildren<QToolButton*>().size(), 5);
    }

    void itsFiguresAreOfTenMinutesAnHourOrADay()
    {
        addMail();
        session().setUsage(QStringLiteral("mail"), {{m_host->now() - 23h, 50.0, 1'000'000}, {m_host->now() - 30min, 5.0, 2'000'000},
                                                    {m_host->now() - 5min, 1.0, 3'000'000}});
        open("mail");
        auto& span = part<QComboBox>("overviewSpan");
        QVERIFY(span.isVisible());
        const auto said = [this] { return part<QWidget>("overviewCpu").accessibleDescription(); };
        QVERIFY2(said().contains(QStringLiteral("10 minute")) && !said().contains(words::percent(5)), qPrintable(said()));
        span.setCurrentIndex(1);
        m_host->settle(1s);
        QVERIFY2(said().contains(QStringLiteral("last hour")) && said().contains(words::percent(5)), qPrintable(said()));
        span.setCurrentIndex(2);
        m_host->settle(1s);
        QVERIFY2(said().contains(QStringLiteral("24 hour")) && said().contains(words::percent(50)), qPrintable(said()));
    }

    void memoryThatGrowsIsTold_data()
    {
        QTest::addColumn<QList<int>>("megabytes"); // one each five minutes; 0: nothing ran
        QTest::addColumn<QString>("told");
        QTest::newRow("grows") << QList<int>{50, 52, 54, 56, 58, 60, 62, 64, 66, 68, 70, 72} << QStringLiteral("44 %");
        QTest::newRow("hardly") << QList<int>{50, 50, 51, 51, 52, 52, 53, 53, 54, 54, 55, 55} << QString();
        QTest::newRow("went up and stays") << QList<int>{50, 80, 80, 80, 80, 80, 80, 80, 80, 80, 80, 80} << QString();
        QTest::newRow("a small one") << QList<int>{1, 2, 3, 4, 5, 6, 7, 7, 7, 8, 8, 9} << QString();
        QTest::newRow("a new run") << QList<int>{50, 50, 50, 50, 50, 0, 20, 40, 60, 80, 100, 120} << QString();
        QTest::newRow("after it has warmed up") << QList<int>{0, 20, 40, 60, 62, 65, 70, 75, 80, 85, 90, 95} << QStringLiteral("58 %");
    }
    void memoryThatGrowsIsTold()
    {
        QFETCH(const QList<int>, megabytes);
        QFETCH(const QString, told);
        addMail();
        QList<UsageSample> samples;
        WallTime at = m_host->now() - 59min;
        for (const int megabyte : megabytes) {
            samples.append({at, 1.0, megabyte > 0 ? std::optional<qint64>(megabyte * 1'000'000LL) : std::nullopt});
            at += 5min;
        }
        session().setUsage(QStringLiteral("mail"), samples);
        open("mail");
        m_host->settle(1s);
        QCOMPARE(part<QLabel>("overviewGrowth").isVisible(), !told.isEmpty());
        if (!told.isEmpty())
            QVERIFY2(text("overviewGrowth").contains(told), qPrintable(text("overviewGrowth")));
    }

    void timeGoesOnWhileItIsShown()
    {
        addMail();
        open("mail");
        m_host->settle(2s);
        const QString before = text("overviewState");
        session().forgetCalls();
        m_host->settle(2min);
        QVERIFY(text("overviewState") != before);
        QVERIFY(text("overviewState").contains(words::duration(1h + 2min + 2s)));
        QCOMPARE(session().callCount(QStringLiteral("definition")), 0); // time alone asks nobody
    }

    void aScheduledServiceSaysItsNextFiveRunsAndItsLastOnes()
    {
        m_host->addBackup();
        open("backup");
        QVERIFY(text("overviewDescription").contains(QStringLiteral("photos")));
        QVERIFY2(text("overviewSchedule").startsWith(QStringLiteral("every"), Qt::CaseInsensitive), qPrintable(text("overviewSchedule")));
        const QStringList next = text("overviewNext").split(QStringLiteral("\u00a0· "));
        QCOMPARE(next.size(), 5);
        QVERIFY2(next.first().contains(QStringLiteral("31:5")) || next.first().contains(QStringLiteral("32:0")), qPrintable(next.first()));
        QVERIFY(text("overviewEnvironment").contains(QStringLiteral(".env")));
        QVERIFY(!part<QLabel>("overviewEnvironment").toolTip().contains(QStringLiteral("hunter2")));
        QStringList rows;
        const auto labels = part<QWidget>("overviewRuns").findChildren<QLabel*>();
        for (const QLabel* label : labels) {
            if (label->isVisible() && !label->text().isEmpty())
                rows += label->text();
        }
        QCOMPARE(rows.size(), OverviewTab::runsShown);
        QVERIFY2(rows.at(0).startsWith(QStringLiteral("succeeded")), qPrintable(rows.at(0)));
        QVERIFY2(rows.at(2).startsWith(QStringLiteral("exit 127: command not found")), qPrintable(rows.at(2)));
        QSignalSpy log(m_tab.get(), &OverviewTab::runLogRequested);
        part<QWidget>("overviewRuns").findChildren<QToolButton*>().at(2)->click();
        QCOMPARE(log.size(), 1);
        QCOMPARE(log.first().at(1).value<RunId>().value, 138U);
        QSignalSpy all(m_tab.get(), &OverviewTab::runsRequested);
        part<QPushButton>("overviewAllRuns").click();
        QCOMPARE(all.size(), 1);
    }

    void theLastLinesFollowTheLog()
    {
        addMail();
        for (int i = 0; i < 40; ++i)
            session().say(QStringLiteral("mail"), "line " + QByteArray::number(i));
        open("mail");
        auto& tail = part<QPlainTextEdit>("lastLines");
        QCOMPARE(tail.toPlainText().split(QLatin1Char('\n')).size(), 20);
        QVERIFY(tail.toPlainText().endsWith(QStringLiteral("line 39")));
        session().say(QStringLiteral("mail"), "\x1b[31mred\x1b[0m");
        m_host->settle(2s);
        QVERIFY2(tail.toPlainText().endsWith(QStringLiteral("  red")), qPrintable(tail.toPlainText()));
        // A flood is looked at once a second.
        session().forgetCalls();
        for (int i = 0; i < 100; ++i) {
            session().say(QStringLiteral("mail"), "flood");
            m_host->settle(50ms);
        }
        QVERIFY2(session().callCount(QStringLiteral("readLog")) <= 6, qPrintable(QString::number(session().callCount(QStringLiteral("readLog")))));
        QSignalSpy log(m_tab.get(), &OverviewTab::logRequested);
        part<QPushButton>("overviewOpenLog").click();
        QCOMPARE(log.first().first().toString(), QStringLiteral("mail"));
    }

    void aRunThatIsOverBeforeItIsHeardOfShowsItsLines()
    {
        ServiceInfo clock = serviceNamed(QStringLiteral("clock"), ServiceState::Waiting, ServiceKind::Scheduled);
        session().put(clock);
        open("clock");
        auto& tail = part<QPlainTextEdit>("lastLines");
        QCOMPARE(tail.toPlainText(), QStringLiteral("Nothing was written yet."));
        for (const char* line : {"first", "second"}) {
            // One change tells of both: the row never has a pid.
            session().say(clock.name, "run began", 'h');
            session().say(clock.name, line);
            clock.since = m_host->now();
            clock.lastOutcome = Outcome::Succeeded;
            session().put(clock);
            m_host->settle(2s);
            QVERIFY2(tail.toPlainText().endsWith(QLatin1String("  ") + QLatin1String(line)), qPrintable(tail.toPlainText()));
        }
        QCOMPARE(tail.toPlainText().split(QLatin1Char('\n')).size(), 2); // what was written, not the host's marks between
        // What is older than today says so.
        m_host->clock.setWall(m_host->now() + 24h);
        session().say(clock.name, "third");
        m_host->settle(2s);
        const QStringList lines = tail.toPlainText().split(QLatin1Char('\n'));
        QVERIFY2(lines.first().startsWith(QStringLiteral("11-22 13:58:")), qPrintable(lines.first()));
        QVERIFY2(lines.last().startsWith(QStringLiteral("13:58:")), qPrintable(lines.last()));
    }

    void whatWasReadStaysWhereTheHostHasGone()
    {
        addMail();
        session().say(QStringLiteral("mail"), "one line");
        open("mail");
        session().failNext(QStringLiteral("readLog"), {ErrorKind::Unreachable, "the host at /run/x.sock ended the connection"});
        session().say(QStringLiteral("mail"), "another");
        m_host->settle(5s);
        QVERIFY(part<QPlainTextEdit>("lastLines").toPlainText().endsWith(QStringLiteral("  one line")));
        m_host->add("web");
        session().failNext(QStringLiteral("readLog"), {ErrorKind::Unreachable, "the host at /run/x.sock ended the connection"});
        open("web");
        QCOMPARE(part<QPlainTextEdit>("lastLines").toPlainText(), QStringLiteral("The host is not there to be asked."));
    }

    void manyChangesAreOneLookASecond()
    {
        addMail();
        open("mail");
        m_host->settle(2s);
        session().forgetCalls();
        for (int i = 0; i < 60; ++i) {
            session().setState(QStringLiteral("mail"), i % 2 == 0 ? ServiceState::BackingOff : ServiceState::Running);
            m_host->settle(50ms);
        }
        m_host->settle(2s);
        QVERIFY2(session().callCount(QStringLiteral("definition")) <= 5, qPrintable(QString::number(session().callCount(QStringLiteral("definition")))));
        QVERIFY(session().callCount(QStringLiteral("definition")) >= 3);
        // Figures are in the row itself.
        session().forgetCalls();
        for (int i = 0; i < 10; ++i) {
            ServiceInfo row = session().service(QStringLiteral("mail"));
            row.cpuPercent = i;
            row.memoryBytes = 1'000'000 * i;
            session().put(row);
            m_host->settle(1s);
        }
        QVERIFY(session().calls().isEmpty());
        QVERIFY(part<QWidget>("overviewCpu").accessibleDescription().contains(words::percent(9)));
    }

    void nothingIsAskedWhileHidden()
    {
        addMail();
        m_tab->open(QStringLiteral("mail"));
        m_host->settle(1s);
        session().forgetCalls();
        session().say(QStringLiteral("mail"), "unseen");
        session().setState(QStringLiteral("mail"), ServiceState::Stopping);
        m_host->settle(1min);
        QVERIFY(session().calls().isEmpty());
        m_tab->show();
        m_host->settle(1s);
        QVERIFY(text("overviewState").startsWith(words::state(ServiceState::Stopping)));
        QVERIFY(part<QPlainTextEdit>("lastLines").toPlainText().endsWith(QStringLiteral("unseen")));
        m_tab->hide();
        m_host->settle(2s);
        session().forgetCalls();
        session().say(QStringLiteral("mail"), "more");
        m_host->settle(1min);
        QVERIFY(session().calls().isEmpty());
    }

    void aBuiltInServiceSaysWhatItHasDone()
    {
        ServiceInfo keeping = serviceNamed(QStringLiteral("housekeeping"), ServiceState::Waiting, ServiceKind::BuiltIn);
        keeping.nextRun = m_host->now() + 5min;
        session().put(keeping);
        session().setValues(QStringLiteral("housekeeping"), {{QStringLiteral("ticks"), 12},
                                                             {QStringLiteral("last_tick"), QStringLiteral("2026-11-22T13:55:00.000000Z")},
                                                             {QStringLiteral("last_error"), QStringLiteral("the disk is full")}});
        m_host->settle(100ms);
        open("housekeeping");
        QVERIFY2(text("overviewTicks").contains(QStringLiteral("12")), qPrintable(text("overviewTicks")));
        QCOMPARE(text("overviewLastError"), QStringLiteral("the disk is full"));
        QVERIFY(part<QWidget>("overviewNext").isVisible());
        for (const char* name : {"overviewCommand", "overviewFolder", "overviewRestart", "overviewCpu", "lastLines"})
            QVERIFY2(!part<QWidget>(name).isVisible(), name);
        // One of another program writes a log.
        session().put(serviceNamed(QStringLiteral("poller"), ServiceState::Running, ServiceKind::BuiltIn));
        session().say(QStringLiteral("poller"), "polled 3 feeds");
        open("poller");
        QVERIFY(part<QPlainTextEdit>("lastLines").isVisible());
        QVERIFY(part<QPlainTextEdit>("lastLines").toPlainText().endsWith(QStringLiteral("  polled 3 feeds")));
    }

    void aQueueWorkerSaysWhatItCounts()
    {
        const QString orders = addOrders();
        open("orders");
        QCOMPARE(text("overviewQueue"), QStringLiteral("waiting 128\u00a0· in work 4\u00a0· due later 2\u00a0· dead letters 1"));
        QVERIFY2(text("overviewTicks").startsWith(QStringLiteral("done ")) && text("overviewTicks").contains(QStringLiteral("tried again 3"))
                     && text("overviewTicks").contains(QStringLiteral("given up 1")),
                 qPrintable(text("overviewTicks")));
        QCOMPARE(text("overviewLastError"), QStringLiteral("order 31 has no customer"));
        for (const char* name : {"overviewCommand", "overviewFolder", "overviewRestart", "overviewCpu", "overviewRuns"})
            QVERIFY2(!part<QWidget>(name).isVisible(), name);
        QVERIFY(part<QWidget>("lastLines").isVisible());

        // Others work on the same queue, too.
        session().setQueue({.name = orders, .inFlight = 9, .inHand = 4, .lastError = {}});
        m_host->settle(1s);
        QVERIFY2(text("overviewTicks").startsWith(QStringLiteral("in hand 4")), qPrintable(text("overviewTicks")));
        QCOMPARE(text("overviewLastError"), QStringLiteral("none"));
    }

    void whatItCountsIsAskedForOnceASecondWhileItIsShownAndRuns()
    {
        const QString orders = addOrders();
        open("orders");
        m_host->settle(2s);
        session().forgetCalls();
        for (int i = 0; i < 100; ++i) {
            m_host->settle(100ms);
            if (i % 10 == 0)
                session().setState(orders, i % 20 == 0 ? ServiceState::Stopping : ServiceState::Running);
        }
        const int asked = session().callCount(QStringLiteral("queues"));
        QVERIFY2(asked >= 9 && asked <= 11, qPrintable(QString::number(asked)));

        session().setState(orders, ServiceState::Stopped);
        m_host->settle(2s);
        session().forgetCalls();
        m_host->settle(10s);
        QCOMPARE(session().callCount(QStringLiteral("queues")), 0);
        QVERIFY(part<QWidget>("overviewQueue").isVisible());
        QVERIFY2(text("overviewQueue").endsWith(QStringLiteral("dead letters 1 (when it ended)")), qPrintable(text("overviewQueue")));

        session().setState(orders, ServiceState::Running);
        m_host->settle(2s);
        m_tab->hide();
        m_host->settle(2s);
        session().forgetCalls();
        m_host->settle(1min);
        QVERIFY(session().calls().isEmpty());

        addMail();
        open("mail");
        session().forgetCalls();
        m_host->settle(5s);
        QCOMPARE(session().callCount(QStringLiteral("queues")), 0); // it is no queue worker
        QVERIFY(!part<QWidget>("overviewQueue").isVisible());
    }

    void aHostThatDoesNotTellWhatQueuesCountIsFine()
    {
        addOrders();
        session().failNext(QStringLiteral("queues"), Error{ErrorKind::Protocol, "unknown method"});
        open("orders");
        QVERIFY(!part<QWidget>("overviewQueue").isVisible());
        QVERIFY(!part<QWidget>("overviewTicks").isVisible());
        m_host->settle(2s);
        QVERIFY(part<QWidget>("overviewQueue").isVisible());
    }

    void aServiceThatGoesSaysSo()
    {
        addMail();
        open("mail");
        session().drop(QStringLiteral("mail"));
        m_host->settle(1s);
        QVERIFY(part<QWidget>("overviewEmpty").isVisible());
        QVERIFY(part<QLabel>("overviewState").isHidden() || !part<QLabel>("overviewState").isVisible());
    }

    void everythingFitsIntoTheWidthAndNoTextIsCut()
    {
        m_host->addBackup();
        for (const int width : {1000, 780, 400}) {
            m_tab->resize(width, 300);
            open("backup");
            m_host->settle(1s);
            QCOMPARE(part<QScrollArea>("overviewScroll").horizontalScrollBar()->maximum(), 0);
            const auto labels = m_tab->findChildren<QLabel*>();
            for (const QLabel* label : labels) {
                if (!label->isVisible() || label->text().isEmpty())
                    continue;
                const int needed = label->wordWrap() ? label->heightForWidth(label->width()) : label->sizeHint().height();
                QVERIFY2(label->height() >= needed - 1, qPrintable(QStringLiteral("%1: %2").arg(width).arg(label->text())));
                QVERIFY2(label->wordWrap() || label->width() >= label->sizeHint().width() - 1, qPrintable(label->text()));
            }
        }
    }

    void everyControlHasANameForThoseWhoHearIt()
    {
        m_host->addBackup();
        open("backup");
        const auto buttons = m_tab->findChildren<QAbstractButton*>();
        for (const QAbstractButton* button : buttons)
            QVERIFY2(!button->isVisible() || !button->accessibleName().isEmpty(), qPrintable(button->objectName()));
        for (const char* name : {"overviewCpu", "overviewMemory", "overviewCommand", "lastLines"})
            QVERIFY2(!part<QWidget>(name).accessibleName().isEmpty(), name);
    }

    /// Pictures to look at, where somebody asks for them.
    void picturesForTheEye()
    {
        if (!DetailFixture::takesPictures())
            QSKIP("TURNSPIT_PICTURES names no folder");
        m_host->addBackup();
        open("backup");
        m_host->picture(*m_tab, QStringLiteral("overview-scheduled"));
        addMail();
        QList<UsageSample> samples;
        for (int i = 0; i < 55; ++i)
            samples.append({m_host->now() - (600 - i * 10) * 1s, 1.0 + (i * 7) % 5 * 0.7 + (i == 30 ? 14 : 0), 70'000'000 + i * 300'000});
        session().setUsage(QStringLiteral("mail"), samples);
        for (int i = 0; i < 25; ++i)
            session().say(QStringLiteral("mail"), "done message " + QByteArray::number(9180 + i) + " in 41 ms");
        ServiceInfo row = session().service(QStringLiteral("mail"));
        row.cpuPercent = 2.1;
        row.memoryBytes = 86'200'000;
        row.restarts = 3;
        session().put(row);
        open("mail");
        m_host->picture(*m_tab, QStringLiteral("overview-kept"));
        samples.clear();
        for (int i = 0; i < 58; ++i)
            samples.append({m_host->now() - (58 - i) * 1min, 1.0 + (i * 7) % 5 * 0.7 + (i == 30 ? 14 : 0), 60'000'000 + i * 600'000});
        session().setUsage(QStringLiteral("mail"), samples);
        part<QComboBox>("overviewSpan").setCurrentIndex(1);
        m_host->settle(61s);
        m_host->picture(*m_tab, QStringLiteral("overview-hour"));
        const QString orders = addOrders();
        for (int i = 0; i < 25; ++i)
            session().say(orders, "booked order " + QByteArray::number(9180 + i));
        open("orders");
        m_host->picture(*m_tab, QStringLiteral("overview-queue"));
    }
};

QTEST_MAIN(TestOverviewTab)
#include "tst_overview_tab.moc"
