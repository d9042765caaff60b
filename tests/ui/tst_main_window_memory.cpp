#include "windowfixture.h"

#include <QComboBox>
#include <QFile>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QSplitter>
#include <QStatusBar>
#include <QTemporaryDir>
#include <QToolButton>
#include <QTreeWidget>

using namespace turnspit;
using namespace std::chrono_literals;

/// What the window keeps from one time to the next, and what it begins and ends with.
class TestMainWindowMemory : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<WindowFixture> m;

    void again()
    {
        m->window.reset();
        m->open();
    }

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m = std::make_unique<WindowFixture>();
        m->options.memoryFile = m_folder->filePath(QStringLiteral("window.ini"));
    }
    void cleanup() { m.reset(); }

    void theWindowComesBackAsItWasLeft()
    {
        m->add("api", ServiceState::Running, ServiceKind::Kept, "shop");
        m->add("mailer", ServiceState::Running, ServiceKind::Kept, "shop");
        m->add("backup", ServiceState::Waiting, ServiceKind::Scheduled, "home");
        m->size = QSize(1011, 677);
        m->open();
        QHeaderView* header = m->list().header();
        header->resizeSection(ServiceModel::CpuColumn, 123);
        header->moveSection(header->visualIndex(ServiceModel::MemoryColumn), 2);
        header->setSectionHidden(ServiceModel::PidColumn, false);
        m->list().sortByColumn(ServiceModel::MemoryColumn, Qt::DescendingOrder);
        m->list().collapse(m->indexOf("backup").parent());
        m->action("actionDetailAtSide").setChecked(true);
        m->part<QSplitter>("splitter").setSizes({600, 400});
        Q_EMIT m->part<QSplitter>("splitter").splitterMoved(600, 1);
        m->select("mailer");
        m->list().selectionModel()->select(m->indexOf("api"), QItemSelectionModel::Select | QItemSelectionModel::Rows);
        m->settle();
        const QList<int> sizes = m->part<QSplitter>("splitter").sizes();

        m->size = QSize();
        again();
        header = m->list().header();
        QCOMPARE(m->window->size(), QSize(1011, 677));
        QCOMPARE(header->sectionSize(ServiceModel::CpuColumn), 123);
        QCOMPARE(header->visualIndex(ServiceModel::MemoryColumn), 2);
        QVERIFY(!header->isSectionHidden(ServiceModel::PidColumn));
        QCOMPARE(header->sortIndicatorSection(), int(ServiceModel::MemoryColumn));
        QCOMPARE(header->sortIndicatorOrder(), Qt::DescendingOrder);
        QCOMPARE(m->shown(), listOf("home: shop: api mailer"));
        QCOMPARE(m->part<QSplitter>("splitter").orientation(), Qt::Horizontal);
        QCOMPARE(m->part<QSplitter>("splitter").sizes(), sizes);
        QCOMPARE(m->window->selectedNames(), listOf("api mailer"));
    }

    void theFilterComesBackToo()
    {
        m->add("api", ServiceState::Running, ServiceKind::Kept, "shop");
        m->add("mailer", ServiceState::Failed, ServiceKind::Kept, "shop");
        m->add("mailbox", ServiceState::Failed);
        m->open();
        m->part<QToolButton>("chip-failed").click();
        auto& chooser = m->part<QComboBox>("groupChooser");
        chooser.setCurrentIndex(chooser.findText(QStringLiteral("shop")));
        Q_EMIT chooser.activated(chooser.currentIndex());
        m->part<QLineEdit>("filterEdit").setText(QStringLiteral("mail"));
        again();
        QCOMPARE(m->shown(), listOf("shop: mailer"));
        QVERIFY(m->part<QToolButton>("chip-failed").isChecked());
        QCOMPARE(m->part<QComboBox>("groupChooser").currentText(), QStringLiteral("shop"));
        QCOMPARE(m->part<QLineEdit>("filterEdit").text(), QStringLiteral("mail"));
    }

    void whatIsRememberedIsOnDiskASecondLater()
    {
        m->add("api", ServiceState::Running);
        m->open();
        m->action("actionDetailAtSide").setChecked(true);
        m->settle(2s);
        QTRY_VERIFY(QFile::exists(m->options.memoryFile));
        QTRY_VERIFY(QSettings(m->options.memoryFile, QSettings::IniFormat).value(QStringLiteral("detailAtSide")).toBool());
    }

    void aSpoiltFileIsAsGoodAsNone()
    {
        QFile file(m->options.memoryFile);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("columns=@ByteArray(nonsense)\ngeometry=7\nfilterState=asleep\n\xff\xfe[");
        file.close();
        m->add("api", ServiceState::Running);
        m->open();
        QCOMPARE(m->shown(), listOf("api"));
    }

    void closingIsDecidedByTheProgram()
    {
        m->open();
        QSignalSpy close(m->window.get(), &MainWindow::closeRequested);
        QSignalSpy quit(m->window.get(), &MainWindow::quitRequested);
        m->window->close();
        QVERIFY(m->window->isVisible());
        QCOMPARE(close.size(), 1);
        m->action("actionClose").trigger();
        QCOMPARE(close.size(), 2);
        m->action("actionQuit").trigger();
        QCOMPARE(quit.size(), 1);
    }

    void anExampleIsOneClickAndGoesWithOne()
    {
        m->options.demoProgram = QStringLiteral("/opt/with \"quotes\"/turnspit-demo");
        m->open();
        QVERIFY(m->part<QWidget>("emptyState").isVisible());
        QVERIFY(m->part<QPushButton>("exampleButton").isVisible());
        QVERIFY(!m->action("actionRemoveExamples").isVisible());
        m->part<QMenu>("exampleMenu").actions().first()->trigger();
        m->settle(1s);
        QCOMPARE(m->shown(), listOf("examples: heartbeat"));
        QCOMPARE(m->shownState("heartbeat"), QStringLiteral("Running"));
        QCOMPARE(m->window->selectedNames(), listOf("heartbeat"));
        QVERIFY(!m->part<QMenu>("exampleMenu").actions().first()->isEnabled()); // once is enough
        QVERIFY(m->action("actionRemoveExamples").isVisible());
        m->action("actionRemoveExamples").trigger();
        m->settle(1s);
        QVERIFY(m->part<QWidget>("emptyState").isVisible());
        QVERIFY(!m->action("actionRemoveExamples").isVisible());
    }

    void withoutTheDemoProgramNothingIsThereToTry()
    {
        m->open();
        QVERIFY(!m->window->findChild<QPushButton*>(QStringLiteral("exampleButton")));
    }

    void withNothingThereTheFirstButtonAddsAService()
    {
        m->open();
        QSignalSpy asked(&m->action("actionAdd"), &QAction::triggered);
        m->part<QPushButton>("addButton").click();
        QCOMPARE(asked.size(), 1);
        QVERIFY(m->window->findChild<QWidget*>(QStringLiteral("serviceDialog")));
    }

    void theStatusBarSaysMoreWhenAsked()
    {
        HostInfo host = m->session->host();
        host.logBytes = 312'000'000;
        m->session->setHost(host);
        ServiceInfo backup = m->add("backup", ServiceState::Waiting, ServiceKind::Scheduled);
        backup.nextRun = m->clock.wallNow() + 10min;
        m->session->put(backup);
        ServiceInfo keeping = m->add("housekeeping", ServiceState::Waiting, ServiceKind::BuiltIn); // earlier, and nobody's business
        keeping.nextRun = m->clock.wallNow() + 5min;
        m->session->put(keeping);
        m->add("api", ServiceState::Running);
        m->open();
        const QString facts = m->part<QLabel>("hostFacts").text();
        for (const char* part : {"fake running since", "1 running", "next: backup in 10:00", "logs 312 MB"})
            QVERIFY2(facts.contains(QLatin1String(part)), qPrintable(facts));
        m->part<QAbstractButton>("connectionState").click();
        auto& details = m->part<QWidget>("hostDetails");
        QVERIFY(details.isVisible());
        QStringList texts;
        for (const QLabel* const label : details.findChildren<QLabel*>())
            texts += label->text();
        QVERIFY(texts.contains(QStringLiteral("/fake/state")));
        details.close();
    }

    void theStatusBarSaysThatWhatItKnowsIsOldWhereTheHostHasGone()
    {
        ServiceInfo backup = m->add("backup", ServiceState::Waiting, ServiceKind::Scheduled);
        backup.nextRun = m->clock.wallNow() + 10min;
        m->session->put(backup);
        m->add("api", ServiceState::Running);
        m->open();
        m->session->setConnection(HostSession::Connection::Lost);
        m->settle();
        const QString facts = m->part<QLabel>("hostFacts").text();
        QVERIFY2(facts.startsWith(QStringLiteral("Last known of fake · 1 running")), qPrintable(facts));
        QVERIFY2(!facts.contains(QStringLiteral("next")), qPrintable(facts));
    }

    void theKeySheetHoldsEveryKeyOnce()
    {
        m->open();
        m->action("actionKeys").trigger();
        auto& list = m->part<QTreeWidget>("keyList");
        QStringList keys;
        for (int row = 0; row < list.topLevelItemCount(); ++row)
            keys += list.topLevelItem(row)->text(1);
        for (const char* key : {"Ctrl+R", "Ctrl+.", "Ctrl+Shift+K", "Ctrl+H", "Ctrl+F", "F5", "Ctrl+W", "Ctrl+Q", "F1 or ?", "Ctrl+1", "Space"})
            QVERIFY2(keys.contains(QLatin1String(key)), key);
        QSet<QString> once(keys.begin(), keys.end());
        QCOMPARE(once.size(), keys.size());
    }
};

QTEST_MAIN(TestMainWindowMemory)
#include "tst_main_window_memory.moc"
