#include "mirrored.h"

#include <ui/quit/closequestion.h>
#include <ui/quit/quitdialog.h>
#include <ui/quit/quitflow.h>
#include <ui/quit/quitplan.h>

#include <QApplication>
#include <QCheckBox>
#include <QJsonArray>
#include <QMessageBox>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalSpy>
#include <QTest>
#include <QTreeWidget>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

const QString quick = QStringLiteral("a-quick");
const QString slow = QStringLiteral("b-slow");
const QString deaf = QStringLiteral("c-deaf");

} // namespace

class TestQuit : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<Mirrored> m_host;
    std::unique_ptr<QWidget> m_window;
    std::unique_ptr<QuitFlow> m_flow;

    QuitDialog* dialog() const
    {
        auto* const found = m_window->findChild<QuitDialog*>(QStringLiteral("quitDialog"));
        return found && found->isVisible() ? found : nullptr;
    }
    QTreeWidget* list() const { return dialog()->findChild<QTreeWidget*>(QStringLiteral("quitList")); }
    QPushButton* button(const QString& name) const { return dialog()->findChild<QPushButton*>(name); }
    QString row(int n, int column) const { return list()->topLevelItem(n)->text(column); }

    QList<QJsonObject> acts(const char* action) const
    {
        QList<QJsonObject> found;
        for (const auto& call : m_host->session->calls()) {
            if (call.name == u"act" && call.params.value(u"action").toString() == QLatin1String(action))
                found += call.params;
        }
        return found;
    }

    void quit()
    {
        m_flow->quit(m_window.get(), true);
        m_host->settle();
    }

private Q_SLOTS:
    void init()
    {
        m_host = std::make_unique<Mirrored>();
        for (const QString& name : {quick, slow, deaf}) {
            m_host->session->put(serviceNamed(name));
            m_host->session->beginRun(name);
        }
        m_host->put("d-backup", ServiceState::Waiting, ServiceKind::Scheduled);
        m_host->put("e-idle", ServiceState::Stopped);
        m_host->session->holdTransitions(slow);
        m_host->session->holdTransitions(deaf);
        m_host->attach();
        m_host->session->forgetCalls();
        m_window = std::make_unique<QWidget>();
        m_window->show();
        m_flow = std::make_unique<QuitFlow>(*m_host->session, *m_host->mirror);
    }
    void cleanup()
    {
        m_flow.reset();
        m_window.reset();
        m_host.reset();
    }

    void everyServiceThatRunsIsStoppedAndTicksOff()
    {
        QSignalSpy ended(m_flow.get(), &QuitFlow::ended);
        quit();
        QVERIFY(m_flow->isUnderWay());
        const auto stops = acts("stop");
        QCOMPARE(stops.size(), 1);
        QVERIFY(stops.first().value(u"at_quit").toBool());           // not a person's wish
        QCOMPARE(stops.first().value(u"names").toArray().size(), 4); // schedules begin nothing any more
        QVERIFY(dialog());
        QCOMPARE(list()->topLevelItemCount(), 3);
        m_host->settle(1s);
        QVERIFY(row(0, 1).startsWith(u"stopped in"));
        QCOMPARE(row(1, 1), QStringLiteral("SIGTERM sent"));
        QVERIFY(row(1, 2).startsWith(u"0:0"));
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        QVERIFY(!button(QStringLiteral("quitKill/") + quick));
        QVERIFY(button(QStringLiteral("quitKill/") + slow)->isVisible());
        QVERIFY(ended.isEmpty());
        m_host->session->releaseTransitions(slow);
        m_host->session->releaseTransitions(deaf);
        m_host->settle(1s);
        QCOMPARE(ended.size(), 1);
        QVERIFY(!dialog());
    }

    void killNowConcernsOneOnly()
    {
        quit();
        m_host->session->forgetCalls();
        button(QStringLiteral("quitKill/") + deaf)->click();
        m_host->settle();
        const auto kills = acts("kill");
        QCOMPARE(kills.size(), 1);
        QCOMPARE(kills.first().value(u"names").toArray(), QJsonArray{deaf});
        QVERIFY(kills.first().value(u"at_quit").toBool());
        QVERIFY(button(QStringLiteral("quitKillAll"))->text().contains(u"2"));
        button(QStringLiteral("quitKillAll"))->click();
        m_host->settle();
        QCOMPARE(acts("kill").last().value(u"names").toArray(), (QJsonArray{slow, deaf}));
    }

    void oneMinuteMoreIsForAllThatStillStop()
    {
        quit();
        button(QStringLiteral("quitExtend"))->click();
        m_host->settle(1s);
        QCOMPARE(m_host->session->callCount(QStringLiteral("extendStop")), 2);
        QVERIFY2(row(1, 2).startsWith(u"1:0"), qPrintable(row(1, 2)));
    }

    void escapeMeansDontQuitAndOffersToStartAgain()
    {
        QSignalSpy ended(m_flow.get(), &QuitFlow::ended);
        quit();
        m_host->settle(1s);
        QTest::keyClick(dialog(), Qt::Key_Escape);
        m_host->settle();
        QVERIFY(!dialog());
        QVERIFY(!m_flow->isUnderWay());
        // Its schedule is armed again without a question: nobody was interrupted.
        QCOMPARE(acts("start").size(), 1);
        QCOMPARE(acts("start").first().value(u"names").toArray(), QJsonArray{QStringLiteral("d-backup")});
        auto* const offer = m_window->findChild<QMessageBox*>(QStringLiteral("startAgainDialog"));
        QVERIFY(offer && offer->isVisible());
        m_host->session->releaseTransitions(slow);
        m_host->session->releaseTransitions(deaf);
        m_host->settle(1s);
        offer->defaultButton()->click();
        m_host->settle(1s);
        QCOMPARE(acts("start").last().value(u"names").toArray(), (QJsonArray{quick, slow, deaf}));
        QCOMPARE(static_cast<int>(m_host->session->service(quick).state), static_cast<int>(ServiceState::Running));
        QVERIFY(ended.isEmpty());
    }

    void theDefaultButtonIsHarmless()
    {
        quit();
        m_host->session->forgetCalls();
        QVERIFY(button(QStringLiteral("quitStay"))->isDefault());
        QTest::keyClick(dialog(), Qt::Key_Return);
        m_host->settle();
        QVERIFY(acts("kill").isEmpty());
        QVERIFY(!m_flow->isUnderWay());
    }

    void hiddenItGoesOnAndAskedAgainItIsShownAgain()
    {
        QSignalSpy hidden(m_flow.get(), &QuitFlow::hidden);
        QSignalSpy ended(m_flow.get(), &QuitFlow::ended);
        quit();
        button(QStringLiteral("quitHide"))->click();
        QVERIFY(!dialog());
        QCOMPARE(hidden.size(), 1);
        QVERIFY(m_flow->isUnderWay());
        quit();
        QVERIFY(dialog());
        QCOMPARE(acts("stop").size(), 1);
        button(QStringLiteral("quitHide"))->click();
        m_host->session->releaseTransitions(slow);
        m_host->session->releaseTransitions(deaf);
        m_host->settle(1s);
        QCOMPARE(ended.size(), 1);
    }

    void whatStartsMeanwhileIsStoppedToo()
    {
        quit();
        m_host->session->beginRun(QStringLiteral("e-idle"));
        m_host->settle(1s);
        QCOMPARE(list()->topLevelItemCount(), 4);
        QCOMPARE(acts("stop").last().value(u"names").toArray(), QJsonArray{QStringLiteral("e-idle")});
    }

    void aHostThatGoesMeanwhileEndsTheWait()
    {
        QSignalSpy ended(m_flow.get(), &QuitFlow::ended);
        quit();
        m_host->session->setConnection(HostSession::Connection::Lost);
        m_host->settle();
        QCOMPARE(ended.size(), 1);
    }

    void theFirstCloseAsksAndItsDefaultKeepsEverythingRunning()
    {
        CloseQuestion question(6, true);
        QSignalSpy answered(&question, &CloseQuestion::answered);
        question.show();
        QVERIFY(question.findChild<QRadioButton*>(QStringLiteral("closeAndQuit"))->text().contains(u"6"));
        QTest::keyClick(&question, Qt::Key_Return);
        QCOMPARE(answered.size(), 1);
        QCOMPARE(answered.first().at(0).toBool(), false);
        QCOMPARE(answered.first().at(1).toBool(), true);

        CloseQuestion other(6, true);
        QSignalSpy said(&other, &CloseQuestion::answered);
        other.show();
        other.findChild<QRadioButton*>(QStringLiteral("closeAndQuit"))->click();
        other.findChild<QCheckBox*>(QStringLiteral("closeRemember"))->click();
        QTest::keyClick(&other, Qt::Key_Return);
        QCOMPARE(said.first().at(0).toBool(), true);
        QCOMPARE(said.first().at(1).toBool(), false);
        CloseQuestion third(0, false);
        QSignalSpy nothing(&third, &CloseQuestion::answered);
        third.show();
        QTest::keyClick(&third, Qt::Key_Escape);
        QVERIFY(nothing.isEmpty());
    }

    /// Pictures to look at, where somebody asks for them.
    void picturesForTheEye()
    {
        const QString folder = qEnvironmentVariable("TURNSPIT_PICTURES");
        if (folder.isEmpty())
            QSKIP("TURNSPIT_PICTURES names no folder");
        QApplication::setStyle(QStringLiteral("Fusion"));
        quit();
        m_host->settle(1s);
        QVERIFY(dialog()->grab().save(folder + QStringLiteral("/quit.png")));
        CloseQuestion question(6, true);
        question.show();
        QVERIFY(question.grab().save(folder + QStringLiteral("/close.png")));
    }
};

QTEST_MAIN(TestQuit)
#include "tst_quit.moc"
