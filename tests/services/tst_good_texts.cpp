#include <turnspit/async/fakeclock.h>
#include <turnspit/async/thread.h>
#include <turnspit/config/textfile.h>
#include <turnspit/services/goodtexts.h>

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <optional>

using namespace turnspit;
using namespace std::chrono_literals;

class TestGoodTexts : public QObject
{
    Q_OBJECT

private:
    std::string copy(const std::string& name) const
    {
        return readTextFile(m_places.backupsFolder() + "/.good/" + name + ".toml").value_or("(none)");
    }
    qsizetype copies() const { return QDir(QString::fromStdString(m_places.backupsFolder() + "/.good")).entryList(QDir::Files).size(); }

    std::optional<QTemporaryDir> m_folder;
    Places m_places;
    std::optional<FakeClock> m_clock;
    std::optional<Thread> m_files;
    std::optional<GoodTexts> m_texts;
    QStringList m_told;

private Q_SLOTS:
    void init()
    {
        m_folder.emplace();
        m_places.config = m_folder->path().toStdString() + "/config";
        m_places.state = m_folder->path().toStdString() + "/state";
        m_clock.emplace();
        m_files.emplace(QStringLiteral("files"));
        m_clock->addMailbox(m_files->mailbox());
        m_told.clear();
        m_texts.emplace(*m_files, m_places, *m_clock, [this](const std::string& problem) { m_told.append(QString::fromStdString(problem)); });
    }

    void cleanup()
    {
        m_texts.reset();
        m_files.reset();
        m_clock.reset();
    }

    void leaveTheStartAlone()
    {
        for (int i = 0; i < 40; ++i)
            m_texts->keep("s" + std::to_string(i), "text");
        m_clock->advance(GoodTexts::afterStart - 1ms);
        QCOMPARE(copies(), 0);
        m_clock->advance(1ms);
        QCOMPARE(copies(), 16);
        m_clock->advance(GoodTexts::pause);
        QCOMPARE(copies(), 32);
        m_clock->advance(GoodTexts::pause);
        QCOMPARE(copies(), 40);
        QCOMPARE(m_told, QStringList({QString(), QString(), QString()}));
        QCOMPARE(m_clock->armedTimers(), std::size_t{0});
    }

    void ofANameTheNewestIsWritten()
    {
        m_texts->keep("mail", "old");
        m_texts->keep("mail", "new");
        m_clock->advance(GoodTexts::afterStart);
        QCOMPARE(copy("mail"), "new");
        QCOMPARE(m_told.size(), 1);
    }

    void whatIsAskedForComesAtOnce()
    {
        m_texts->keep("mail", "good");
        m_texts->keep("web", "good");
        m_texts->hurry("mail");
        m_texts->hurry("nobody");
        m_clock->settle();
        QCOMPARE(copy("mail"), "good");
        QCOMPARE(copy("web"), "(none)");
        m_clock->advance(GoodTexts::afterStart);
        QCOMPARE(copy("web"), "good");
        QCOMPARE(m_told.size(), 2);
    }

    void atTheEndOfAHostAllIsWritten()
    {
        for (int i = 0; i < 40; ++i)
            m_texts->keep("s" + std::to_string(i), "text");
        m_texts->hurryAll();
        m_clock->settle();
        QCOMPARE(copies(), 40);
        QCOMPARE(m_clock->armedTimers(), std::size_t{0});
        m_texts->keep("mail", "later");
        m_clock->advance(GoodTexts::afterStart);
        QCOMPARE(copies(), 41);
    }

    void whatComesLaterIsWrittenToo()
    {
        m_texts->keep("mail", "1");
        m_clock->advance(GoodTexts::afterStart);
        m_texts->keep("mail", "2");
        m_clock->advance(GoodTexts::afterStart);
        QCOMPARE(copy("mail"), "2");
    }

    void aFolderThatCannotBeMadeIsTold()
    {
        QVERIFY(QDir().mkpath(QString::fromStdString(m_places.state)));
        QVERIFY(writeTextFile(m_places.backupsFolder(), "a file where the folder should be"));
        m_texts->keep("mail", "good");
        m_clock->advance(GoodTexts::afterStart);
        QCOMPARE(m_told.size(), 1);
        QVERIFY2(m_told.first().contains(QString::fromStdString(m_places.backupsFolder())), qPrintable(m_told.first()));
    }

    void nothingIsToldToOneThatHasGone()
    {
        m_texts->keep("mail", "good");
        m_texts->hurry("mail");
        m_texts.reset();
        m_clock->settle();
        QCOMPARE(copy("mail"), "good");
        QVERIFY(m_told.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestGoodTexts)
#include "tst_good_texts.moc"
