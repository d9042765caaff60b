#include "detailfixture.h"

#include <ui/detail/configurationtab.h>

#include <QClipboard>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTextBlock>
#include <QTextLayout>
#include <QToolButton>
#include <QTreeWidget>

using namespace turnspit;
using namespace std::chrono_literals;

class TestConfigurationTab : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<DetailFixture> m_host;
    std::unique_ptr<ConfigurationTab> m_tab;

    template <class T>
    T& part(const char* name)
    {
        return DetailFixture::part<T>(*m_tab, name);
    }
    FakeSession& session() { return *m_host->session; }

    void open(const char* service)
    {
        m_tab->show();
        m_tab->open(QString::fromLatin1(service));
        m_host->settle(100ms);
    }
    QString valueOf(const char* key)
    {
        const auto found = part<QTreeWidget>("configurationValues").findItems(QString::fromLatin1(key), Qt::MatchExactly, 0);
        return found.isEmpty() ? QStringLiteral("not there") : found.first()->text(1);
    }

private Q_SLOTS:
    void init()
    {
        m_host = std::make_unique<DetailFixture>();
        m_host->addBackup();
        m_tab = std::make_unique<ConfigurationTab>(*m_host->session, *m_host->mirror);
        m_tab->resize(800, 500);
        m_host->settle(1s);
    }
    void cleanup()
    {
        m_tab.reset();
        m_host.reset();
    }

    void theFileIsShownToReadWithItsPathAndEverySetting()
    {
        open("backup");
        auto& text = part<QPlainTextEdit>("configurationText");
        QVERIFY(text.toPlainText().contains(QStringLiteral("every = \"1h\"")));
        QVERIFY(text.isReadOnly());
        QCOMPARE(text.layoutDirection(), Qt::LeftToRight);
        QVERIFY(part<QLabel>("configurationPath").text().endsWith(QStringLiteral("backup.toml")));
        part<QToolButton>("configurationCopyPath").click();
        QCOMPARE(QGuiApplication::clipboard()->text(), part<QLabel>("configurationPath").text());
        QCOMPARE(valueOf("schedule.every"), QStringLiteral("1h"));
        QCOMPARE(valueOf("restart.limit"), QStringLiteral("10"));
        QCOMPARE(valueOf("environment.LANG"), QStringLiteral("C.UTF-8"));
        QVERIFY(!valueOf("environment.RCLONE_PASSWORD").contains(QStringLiteral("hunter2")));
        QVERIFY(text.toPlainText().contains(QStringLiteral("RCLONE_PASSWORD")));
        QVERIFY(!text.toPlainText().contains(QStringLiteral("hunter2")));
        part<QToolButton>("configurationReveal").click();
        QVERIFY(text.toPlainText().contains(QStringLiteral("hunter2")));
        QVERIFY(!part<QWidget>("configurationChanged").isVisible());
    }

    void commentsKeysAndStringsHaveColoursOfTheirOwn()
    {
        open("backup");
        const QTextDocument& document = *part<QPlainTextEdit>("configurationText").document();
        const auto colorAt = [&](const char* where) {
            const QTextCursor found = document.find(QString::fromLatin1(where));
            const auto formats = found.block().layout()->formats();
            for (const auto& range : formats) {
                const int at = found.selectionStart() - found.block().position();
                if (at >= range.start && at < range.start + range.length)
                    return range.format.foreground().color();
            }
            return QColor();
        };
        const QList<QColor> colors{colorAt("# Keeps"), colorAt("description"), colorAt("\"1h\""), colorAt("10")};
        for (qsizetype i = 0; i < colors.size(); ++i) {
            QVERIFY(colors[i].isValid());
            for (qsizetype j = 0; j < i; ++j)
                QVERIFY(colors[i] != colors[j]);
        }
        QVERIFY(colorAt("# never two").isValid());
    }

    void whatTheRunningProcessDoesNotKnowYetIsSaidWithTheWayToApplyIt()
    {
        open("backup");
        ServiceInfo row = session().service(QStringLiteral("backup"));
        session().setValues(QStringLiteral("backup"), DetailFixture::json(R"({"command": ["true"], "restart": {"delay": "5s"}})"),
                            {QStringLiteral("restart.delay: 1s -> 5s")});
        row.flags = {QStringLiteral("changed")};
        session().put(row);
        m_host->settle(2s);
        QVERIFY(part<QWidget>("configurationChanged").isVisible());
        QVERIFY(part<QLabel>("configurationChanges").text().contains(QStringLiteral("restart.delay: 1s -> 5s")));
        QCOMPARE(valueOf("restart.delay"), QStringLiteral("5s"));
        QSignalSpy restart(m_tab.get(), &ConfigurationTab::restartRequested);
        part<QPushButton>("configurationRestart").click();
        QCOMPARE(restart.size(), 1);
        QCOMPARE(restart.first().first().toString(), QStringLiteral("backup"));
        row.flags.clear();
        session().put(row);
        m_host->settle(2s);
        QVERIFY(!part<QWidget>("configurationChanged").isVisible());
    }

    void editAsksForTheDialog()
    {
        open("backup");
        QSignalSpy edit(m_tab.get(), &ConfigurationTab::editRequested);
        part<QPushButton>("configurationEdit").click();
        QCOMPARE(edit.size(), 1);
        QCOMPARE(edit.first().first().toString(), QStringLiteral("backup"));
    }

    void nothingIsAskedWhileHidden()
    {
        m_tab->open(QStringLiteral("backup"));
        m_host->settle(5s);
        QCOMPARE(session().callCount(QStringLiteral("definition")), 0);
        m_tab->show();
        m_host->settle(2s);
        QVERIFY(session().callCount(QStringLiteral("definition")) >= 1);
        m_tab->hide();
        session().forgetCalls();
        session().setText(QStringLiteral("backup"), QStringLiteral("command = \"true\"\n"));
        session().setState(QStringLiteral("backup"), ServiceState::Stopped);
        m_host->settle(5s);
        QVERIFY(session().calls().isEmpty());
        m_tab->show();
        m_host->settle(1s);
        QCOMPARE(part<QPlainTextEdit>("configurationText").toPlainText(), QStringLiteral("command = \"true\"\n"));
    }

    void pagesWithoutAFileSayWhatWillBeThere()
    {
        m_tab->show();
        m_host->settle();
        QVERIFY(part<QWidget>("configurationEmpty").isVisible());
        ServiceInfo keeping = serviceNamed(QStringLiteral("housekeeping"), ServiceState::Waiting, ServiceKind::BuiltIn);
        session().put(keeping);
        m_host->settle(100ms);
        open("housekeeping");
        QVERIFY(part<QWidget>("configurationEmpty").isVisible());
        open("backup");
        QVERIFY(!part<QWidget>("configurationEmpty").isVisible());
        session().drop(QStringLiteral("backup"));
        m_host->settle(1s);
        QVERIFY(part<QWidget>("configurationEmpty").isVisible());
    }

    void everyControlHasANameForThoseWhoHearIt()
    {
        open("backup");
        for (const char* name : {"configurationText", "configurationValues", "configurationEdit", "configurationCopyPath", "configurationRestart"})
            QVERIFY2(!part<QWidget>(name).accessibleName().isEmpty(), name);
    }

    /// Pictures to look at, where somebody asks for them.
    void picturesForTheEye()
    {
        if (!DetailFixture::takesPictures())
            QSKIP("TURNSPIT_PICTURES names no folder");
        ServiceInfo row = session().service(QStringLiteral("backup"));
        row.flags = {QStringLiteral("changed")};
        session().put(row);
        open("backup");
        m_host->picture(*m_tab, QStringLiteral("configuration"));
    }
};

QTEST_MAIN(TestConfigurationTab)
#include "tst_configuration_tab.moc"
