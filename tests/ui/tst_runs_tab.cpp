#include "detailfixture.h"

#include <ui/runs/comparedialog.h>
#include <ui/runs/runexport.h>
#include <ui/runs/runmodel.h>
#include <ui/runs/runsstrip.h>
#include <ui/runs/runstab.h>
#include <ui/runs/runwords.h>
#include <ui/text/words.h>

#include <QAbstractItemModelTester>
#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QToolButton>
#include <QTreeView>
#include <QTreeWidget>
#include <QWheelEvent>

using namespace turnspit;
using namespace std::chrono_literals;

class TestRunsTab : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<DetailFixture> m_host;
    std::unique_ptr<RunsTab> m_tab;
    const QString m_mail = QStringLiteral("mail");

    template <class T>
    T& part(const char* name)
    {
        return DetailFixture::part<T>(*m_tab, name);
    }
    FakeSession& session() { return *m_host->session; }
    QTreeView& view() { return part<QTreeView>("runsView"); }
    RunsStrip& strip() { return part<RunsStrip>("runsStrip"); }
    RunModel& model() { return *qobject_cast<RunModel*>(view().model()); }

    void open(const QString& service)
    {
        m_tab->show();
        m_tab->open(service);
        m_host->settle(100ms);
    }
    QString cell(int row, int column) { return model().index(row, column).data().toString(); }

    void turnWheel(int steps, double x)
    {
        const QPointF place(x, strip().height() / 2.0);
        QWheelEvent event(place, strip().mapToGlobal(place), {}, {0, steps * 120}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(&strip(), &event);
    }

private Q_SLOTS:
    void init()
    {
        m_host = std::make_unique<DetailFixture>();
        m_tab = std::make_unique<RunsTab>(*m_host->session, *m_host->mirror);
        m_tab->resize(900, 500);
        session().put(serviceNamed(m_mail));
        m_host->settle(100ms);
    }
    void cleanup()
    {
        m_tab.reset();
        m_host.reset();
    }

    void withoutRunsThePageSaysWhatWillBeThere()
    {
        open(m_mail);
        QVERIFY(part<QWidget>("runsEmpty").isVisible());
        session().beginRun(m_mail);
        m_host->settle(2s);
        QVERIFY(!part<QWidget>("runsEmpty").isVisible());
        QCOMPARE(model().rowCount(), 1);
    }

    void ofAPartOfTheHostNoRunsArePromised()
    {
        session().put(serviceNamed(QStringLiteral("measure"), ServiceState::Waiting, ServiceKind::BuiltIn));
        m_host->settle(100ms);
        open(QStringLiteral("measure"));
        const auto labels = part<QWidget>("runsEmpty").findChildren<QLabel*>();
        QVERIFY(std::ranges::any_of(
            labels, [](const QLabel* label) { return label->isVisible() && label->text() == u"No runs are kept of measure."; }));
    }

    void aHundredRunsAreLoadedAtATimeAsOneScrolls()
    {
        session().addPastRuns(m_mail, 250);
        const QAbstractItemModelTester tester(&model(), QAbstractItemModelTester::FailureReportingMode::Fatal);
        open(m_mail);
        QCOMPARE(model().rowCount(), 100);
        QCOMPARE(cell(0, RunModel::NumberColumn), QStringLiteral("250"));
        view().verticalScrollBar()->setValue(view().verticalScrollBar()->maximum());
        m_host->settle();
        QCOMPARE(model().rowCount(), 200);
        view().verticalScrollBar()->setValue(view().verticalScrollBar()->maximum());
        m_host->settle();
        QCOMPARE(model().rowCount(), 250);
        QVERIFY(!model().hasMore());
        QCOMPARE(cell(249, RunModel::NumberColumn), QStringLiteral("1"));
    }

    void aRunThatBeginsAndEndsIsARowThatChangesAndTheChoiceStays()
    {
        session().addPastRuns(m_mail, 3);
        open(m_mail);
        view().setCurrentIndex(model().index(1, 0));
        QCOMPARE(m_tab->selectedRun()->value, 2U);
        QSignalSpy resets(&model(), &QAbstractItemModel::modelReset);
        const RunId id = session().beginRun(m_mail);
        m_host->settle(2s);
        QCOMPARE(model().rowCount(), 4);
        QCOMPARE(cell(0, RunModel::ResultColumn), QStringLiteral("running"));
        const QString before = cell(0, RunModel::TookColumn);
        m_host->settle(5s);
        QVERIFY(cell(0, RunModel::TookColumn) != before);
        session().endRun(id, Outcome::Failed, 127);
        m_host->settle(2s);
        QCOMPARE(cell(0, RunModel::ResultColumn), QStringLiteral("exit 127: command not found"));
        QCOMPARE(m_tab->selectedRun()->value, 2U);
        QCOMPARE(view().currentIndex().row(), 2);
        QVERIFY(resets.isEmpty());
    }

    void theFailedOnesAreFoundByTheHost()
    {
        for (quint64 id = 1; id <= 300; ++id)
            session().addRun(DetailFixture::run(id, m_mail, m_host->now() - (400 - id) * 1min, 1, id % 150 == 1 ? Outcome::Failed : Outcome::Succeeded,
                                                id % 150 == 1 ? 1 : 0));
        open(m_mail);
        QCOMPARE(model().rowCount(), 100);
        part<QToolButton>("runsFailed").click();
        m_host->settle();
        QCOMPARE(model().rowCount(), 2);
        QCOMPARE(cell(0, RunModel::NumberColumn), QStringLiteral("151"));
        part<QToolButton>("runsAll").click();
        m_host->settle();
        QCOMPARE(model().rowCount(), 100);
    }

    void theLogOfARunIsAskedForFromTableAndDetails()
    {
        session().addPastRuns(m_mail, 3);
        RunInfo missed = DetailFixture::run(9, m_mail, m_host->now() - 10s, 0, Outcome::Missed);
        missed.reason = QStringLiteral("3 runs between 2026-11-21T02:00:00+00:00 and 2026-11-22T05:00:00.5Z: host not running");
        session().addRun(missed);
        open(m_mail);
        QSignalSpy log(m_tab.get(), &RunsTab::logRequested);
        view().setCurrentIndex(model().index(1, 0));
        QTest::keyClick(&view(), Qt::Key_Return);
        QCOMPARE(log.size(), 1);
        QCOMPARE(log.first().at(0).toString(), m_mail);
        QCOMPARE(log.first().at(1).value<RunId>().value, 3U);
        part<QToolButton>("runShowLog").click();
        QCOMPARE(log.size(), 2);
        // Where nothing ran there is nothing to read.
        view().setCurrentIndex(model().index(0, 0));
        QCOMPARE(cell(0, RunModel::ResultColumn), QStringLiteral("missed"));
        const WallTime first = parseRfc3339("2026-11-21T02:00:00Z").value();
        QCOMPARE(part<QLabel>("runReason").text(),
                 QStringLiteral("3 runs between %1 and %2: host not running")
                     .arg(words::pointInTime(first, m_host->now()), words::pointInTime(first + 27h, m_host->now())));
        QVERIFY(!part<QToolButton>("runShowLog").isEnabled());
        Q_EMIT view().doubleClicked(view().currentIndex());
        QCOMPARE(log.size(), 2);
    }

    void howARunEndedIsReadableInANarrowTab()
    {
        session().addPastRuns(m_mail, 3);
        open(m_mail);
        m_tab->resize(1100, 500);
        m_host->settle();
        for (const int column : {RunModel::MemoryColumn, RunModel::CpuColumn, RunModel::LinesColumn})
            QVERIFY(!view().isColumnHidden(column));
        m_tab->resize(view().fontMetrics().averageCharWidth() * 100, 500);
        m_host->settle();
        QVERIFY(view().isColumnHidden(RunModel::CpuColumn));
        QVERIFY(view().columnWidth(RunModel::ResultColumn) >= view().fontMetrics().averageCharWidth() * 18);
        m_tab->resize(1100, 500);
        m_host->settle();
        QVERIFY(!view().isColumnHidden(RunModel::CpuColumn));
    }

    void runAgainIsWhatTheServiceHasForIt()
    {
        session().addPastRuns(m_mail, 1);
        session().setState(m_mail, ServiceState::Running);
        open(m_mail);
        m_host->settle(1s);
        QSignalSpy again(m_tab.get(), &RunsTab::againRequested);
        auto& button = part<QToolButton>("runAgain");
        QVERIFY(!button.isEnabled());
        QCOMPARE(button.toolTip(), QStringLiteral("mail is running already."));
        session().setState(m_mail, ServiceState::Failed);
        m_host->settle(1s);
        button.click();
        QCOMPARE(again.size(), 1);
        QCOMPARE(again.first().first().value<ServiceInfo>().name, m_mail);
    }

    void aRunIsComparedWithTheLastGoodOneBeforeIt()
    {
        const auto ran = [this](std::initializer_list<const char*> lines, Outcome outcome, int exitCode) {
            const RunId id = session().beginRun(m_mail);
            for (const char* line : lines)
                session().say(m_mail, line);
            session().endRun(id, outcome, exitCode);
            return id;
        };
        const RunId first = ran({"start"}, Outcome::Failed, 1);
        const RunId good = ran({"start", "took 12 ms", "done"}, Outcome::Succeeded, 0);
        ran({"start"}, Outcome::Failed, 1);
        const RunId bad = ran({"start", "took 990 ms", "no route", "giving up"}, Outcome::Failed, 2);
        open(m_mail);
        m_tab->select(bad);
        part<QToolButton>("runCompare").click();
        m_host->settle();
        auto* const dialog = m_tab->findChild<CompareDialog*>();
        QVERIFY(dialog);
        const auto note = [&] { return DetailFixture::part<QLabel>(*dialog, "compareNote").text(); };
        QTRY_COMPARE((m_host->settle(), note()), QStringLiteral("2 lines differ."));
        const QAbstractItemModel& lines = *DetailFixture::part<QTreeView>(*dialog, "compareOutput").model();
        QCOMPARE(lines.headerData(1, Qt::Horizontal).toString(), QStringLiteral("Run %1 — succeeded").arg(good.value));
        const auto line = [&](int row) {
            return QStringList{lines.index(row, 0).data().toString(), lines.index(row, 1).data().toString(), lines.index(row, 2).data().toString()};
        };
        QCOMPARE(lines.rowCount(), 4);
        QCOMPARE(line(1), (QStringList{QString(), QStringLiteral("took 12 ms"), QStringLiteral("took 990 ms")}));
        QCOMPARE(line(2), (QStringList{QStringLiteral("≠"), QStringLiteral("done"), QStringLiteral("no route")}));
        QCOMPARE(line(3), (QStringList{QStringLiteral("+"), QString(), QStringLiteral("giving up")}));
        QVERIFY(lines.index(3, 0).data(Qt::AccessibleTextRole).toString().contains(QStringLiteral("giving up")));
        DetailFixture::part<QCheckBox>(*dialog, "compareIgnoreFigures").click();
        QTRY_COMPARE((m_host->settle(), note()), QStringLiteral("3 lines differ."));
        const auto& facts = DetailFixture::part<QTreeWidget>(*dialog, "compareFacts");
        QCOMPARE(facts.topLevelItem(0)->text(2), QStringLiteral("exit 2"));
        QVERIFY(facts.topLevelItem(0)->font(2).bold());
        dialog->close();

        // Where there is none to compare with, that is said.
        QSignalSpy told(m_tab.get(), &RunsTab::told);
        m_tab->select(first);
        part<QToolButton>("runCompare").click();
        m_host->settle();
        QCOMPARE(told.size(), 1);
        QCOMPARE(told.first().first().toString(), QStringLiteral("There is no good run of mail before run %1.").arg(first.value));
    }

    void theWholeHistoryIsWrittenAsATable()
    {
        session().addPastRuns(m_mail, 1200);
        RunInfo last = DetailFixture::run(2000, m_mail, m_host->now(), 1.5, Outcome::Failed, 3);
        last.reason = QStringLiteral("exit 3, \"twice\"");
        session().addRun(last);
        const QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("runs.csv"));
        RunExport exported(session());
        QSignalSpy finished(&exported, &RunExport::finished);
        exported.start(path, m_mail, {});
        QTRY_COMPARE((m_host->settle(), finished.size()), 1);
        QCOMPARE(finished.first().at(1).toInt(), 1201);
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArrayList lines = file.readAll().split('\n');
        QCOMPARE(lines.size(), 1203);
        QCOMPARE(lines.first() + '\n', RunExport::header());
        QVERIFY2(lines.at(1).startsWith("2000,mail,schedule,1,2026-11-22T13:58:00"), lines.at(1).constData());
        QVERIFY2(lines.at(1).contains(",failed,3,,\"exit 3, \"\"twice\"\"\",1.5,"), lines.at(1).constData());
        QCOMPARE(lines.first().count(','), lines.at(2).count(','));

        QSignalSpy failed(&exported, &RunExport::failed);
        exported.start(folder.filePath(QStringLiteral("no/such/runs.csv")), m_mail, {});
        QTRY_COMPARE((m_host->settle(), failed.size()), 1);
    }

    void theDetailsSayWhyWhoAndHowLongAgainstWhatIsUsual()
    {
        for (quint64 id = 1; id <= 5; ++id)
            session().addRun(DetailFixture::run(id, m_mail, m_host->now() - (10 - id) * 1h, 2.0, Outcome::Succeeded, 0));
        RunInfo slow = DetailFixture::run(6, m_mail, m_host->now() - 1h, 840, Outcome::Failed);
        slow.signal = QStringLiteral("SIGSEGV");
        slow.reason = QStringLiteral("killed by signal 11 (SIGSEGV)");
        slow.trigger = Trigger::Restart;
        slow.attempt = 3;
        session().addRun(slow);
        open(m_mail);
        QVERIFY2(part<QLabel>("runTitle").text().contains(QStringLiteral("SIGSEGV: crashed")), qPrintable(part<QLabel>("runTitle").text()));
        const QString facts = part<QLabel>("runFacts").text();
        for (const char* fact : {"restarted by policy", "attempt 3", "took 14 m 00 s", "usually 2.0 s"})
            QVERIFY2(facts.contains(QString::fromLatin1(fact)), qPrintable(facts));
    }

    void nothingIsAskedWhileHiddenAndOneLookASecondIsEnough()
    {
        session().addPastRuns(m_mail, 3);
        m_tab->open(m_mail);
        m_host->settle(5s);
        QCOMPARE(session().callCount(QStringLiteral("runs")), 0);
        m_tab->show();
        m_host->settle(1s);
        QCOMPARE(model().rowCount(), 3);
        session().forgetCalls();
        for (int i = 0; i < 40; ++i) {
            session().setState(m_mail, i % 2 == 0 ? ServiceState::BackingOff : ServiceState::Failed);
            m_host->settle(50ms);
        }
        m_host->settle(2s);
        QVERIFY2(session().callCount(QStringLiteral("nextRuns")) <= 4, qPrintable(QString::number(session().callCount(QStringLiteral("nextRuns")))));
        // Figures say nothing of runs.
        session().forgetCalls();
        ServiceInfo row = session().service(m_mail);
        row.cpuPercent = 12;
        session().put(row);
        m_host->settle(5s);
        QVERIFY(session().calls().isEmpty());
    }

    void whatIsUnderWayForAServiceThatWasLeftIsNotShown()
    {
        session().addPastRuns(m_mail, 3);
        session().put(serviceNamed(QStringLiteral("web")));
        m_host->settle(100ms);
        session().hold(QStringLiteral("runs"));
        open(m_mail);
        m_tab->open(QStringLiteral("web"));
        m_host->settle(100ms);
        session().release(QStringLiteral("runs"));
        m_host->settle(1s);
        QCOMPARE(model().rowCount(), 0);
        QVERIFY(part<QWidget>("runsEmpty").isVisible());
    }

    void moreNewRunsThanAPageLeaveNoHole()
    {
        session().addPastRuns(m_mail, 5);
        open(m_mail);
        m_tab->hide();
        session().addPastRuns(m_mail, 400);
        session().setState(m_mail, ServiceState::Running);
        m_host->settle(1s);
        m_tab->show();
        m_host->settle(1s);
        QCOMPARE(cell(0, RunModel::NumberColumn), QStringLiteral("405"));
        for (int row = 1; row < model().rowCount(); ++row)
            QCOMPARE(cell(row, 0).toInt(), cell(row - 1, 0).toInt() - 1);
    }

    void theStripShowsRunsAndWhatIsPlannedAndAClickChooses()
    {
        m_host->addBackup();
        m_host->settle(100ms);
        open(QStringLiteral("backup"));
        QVERIFY2(strip().accessibleDescription().contains(QStringLiteral("planned")), qPrintable(strip().accessibleDescription()));
        const RunInfo failed = model().runs().at(2);
        QVERIFY(failed.outcome == Outcome::Failed);
        const QPoint place(qRound(strip().xOf(failed.begin)), strip().height() * 2 / 3);
        QVERIFY(strip().runAt(place));
        QTest::mouseClick(&strip(), Qt::LeftButton, {}, place);
        m_host->settle();
        QCOMPARE(m_tab->selectedRun()->value, failed.id.value);
        QCOMPARE(view().currentIndex().row(), 2);
        QVERIFY(!strip().runAt({qRound(strip().xOf(m_host->now() + 3h)), strip().height() * 2 / 3})); // a plan is no run
    }

    void theWheelZoomsBetweenAnHourAndThirtyDays()
    {
        m_host->addBackup();
        open(QStringLiteral("backup"));
        auto& combo = part<QComboBox>("runsSpan");
        QCOMPARE(combo.currentText(), QStringLiteral("24 hours"));
        turnWheel(1, 300);
        QVERIFY(strip().span() < 24h);
        QCOMPARE(combo.currentIndex(), -1);
        for (int i = 0; i < 40; ++i)
            turnWheel(1, 300);
        QCOMPARE(strip().span(), RunsStrip::shortest);
        QCOMPARE(combo.currentText(), QStringLiteral("1 hour"));
        for (int i = 0; i < 60; ++i)
            turnWheel(-1, 300);
        QCOMPARE(strip().span(), RunsStrip::longest);
        QCOMPARE(combo.currentText(), QStringLiteral("30 days"));
        combo.setCurrentIndex(1);
        Q_EMIT combo.activated(1);
        QCOMPARE(strip().span(), std::chrono::seconds(6h));
    }

    void draggingPansAndWhatIsUnderThePointerStaysWhileZooming()
    {
        m_host->addBackup();
        open(QStringLiteral("backup"));
        QVERIFY(strip().isAtNow());
        const WallTime from = strip().from();
        QTest::mousePress(&strip(), Qt::LeftButton, {}, {300, 40});
        QTest::mouseMove(&strip(), {450, 40});
        QTest::mouseRelease(&strip(), Qt::LeftButton, {}, {450, 40});
        QVERIFY(strip().from() < from);
        QVERIFY(!strip().isAtNow());
        const double before = strip().xOf(m_host->now() - 12h);
        turnWheel(2, before);
        QVERIFY(std::abs(strip().xOf(m_host->now() - 12h) - before) < 2);
        part<QToolButton>("runsNow").click();
        QVERIFY(strip().isAtNow());
        QTest::keyClick(&strip(), Qt::Key_Left);
        QVERIFY(!strip().isAtNow());
        QTest::keyClick(&strip(), Qt::Key_End);
        QVERIFY(strip().isAtNow());
    }

    void aRunFarBackIsLookedForOnTheStrip()
    {
        m_host->addBackup();
        open(QStringLiteral("backup"));
        view().setCurrentIndex(model().index(model().rowCount() - 1, 0));
        const WallTime begin = model().runs().last().begin;
        QVERIFY(strip().from() <= begin && begin <= strip().until());
    }

    void theStripReadsTheWholeTimeThatItShows()
    {
        for (quint64 id = 1; id <= 1500; ++id)
            session().addRun(DetailFixture::run(id, m_mail, m_host->now() - (1501 - id) * 20min, 30, Outcome::Succeeded, 0));
        open(m_mail);
        const QString day = strip().accessibleDescription();
        part<QComboBox>("runsSpan").setCurrentIndex(4);
        Q_EMIT part<QComboBox>("runsSpan").activated(4);
        m_host->settle(1s);
        QVERIFY2(strip().accessibleDescription().startsWith(QStringLiteral("1500")), qPrintable(strip().accessibleDescription()));
        QVERIFY(strip().accessibleDescription() != day);
        QVERIFY(model().rowCount() < 300); // the table does not load for it
    }

    void exitCodesAndSignalsAreInWords()
    {
        QCOMPARE(runwords::exitCode(127), QStringLiteral("command not found"));
        QVERIFY(runwords::exitCode(137).contains(QStringLiteral("out of memory")));
        QVERIFY(runwords::exitCode(3).isEmpty());
        QCOMPARE(runwords::signal(QStringLiteral("SIGSEGV")), QStringLiteral("crashed"));
        RunInfo run = DetailFixture::run(7, m_mail, m_host->now() - 1h, 2, Outcome::Failed, 1);
        run.reason = QStringLiteral("exit 1");
        QCOMPARE(runwords::result(run), QStringLiteral("exit 1"));
        QVERIFY(runwords::reason(run, m_host->now()).isEmpty()); // says no more than the result
        run.reason = QStringLiteral("gave up after 4 failures in 10 s");
        QVERIFY2(runwords::sentence(run, m_host->now()).contains(*run.reason), qPrintable(runwords::sentence(run, m_host->now())));
    }

    void everyControlHasANameForThoseWhoHearIt()
    {
        session().addPastRuns(m_mail, 3);
        open(m_mail);
        for (const char* name : {"runsStrip", "runsSpan", "runsNow", "runsAll", "runsFailed", "runsView", "runDetails", "runShowLog", "runAgain", "runCompare", "runExport"})
            QVERIFY2(!part<QWidget>(name).accessibleName().isEmpty(), name);
        QVERIFY(model().index(0, 0).data(Qt::AccessibleTextRole).toString().startsWith(QStringLiteral("run 3, succeeded")));
    }

    /// Pictures to look at, where somebody asks for them.
    void picturesForTheEye()
    {
        if (!DetailFixture::takesPictures())
            QSKIP("TURNSPIT_PICTURES names no folder");
        m_host->addBackup();
        open(QStringLiteral("backup"));
        view().setCurrentIndex(model().index(2, 0));
        m_host->picture(*m_tab, QStringLiteral("runs"));
        const RunId live = session().beginRun(QStringLiteral("backup"));
        Q_EMIT part<QComboBox>("runsSpan").activated(3);
        m_host->settle(25min);
        m_tab->select(live);
        m_host->picture(*m_tab, QStringLiteral("runs-week"));
    }
};

QTEST_MAIN(TestRunsTab)
#include "tst_runs_tab.moc"
