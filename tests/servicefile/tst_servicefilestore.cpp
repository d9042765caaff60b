#include "config/configtesting.h"

#include <turnspit/base/clock.h>
#include <turnspit/config/textfile.h>
#include <turnspit/servicefile/servicefilestore.h>

#include <QDir>
#include <QTemporaryDir>

#include <unistd.h>

using namespace turnspit;

namespace {

/// Only tells the time, and only what it was told.
class WallClockOnly : public Clock
{
public:
    Instant now() const override { return {}; }
    WallTime wallNow() const override { return wall; }
    std::unique_ptr<ClockTimer> createTimer(std::function<void()>) override { return nullptr; }

    WallTime wall = *parseRfc3339("2026-11-22T08:00:00Z");
};

} // namespace

class TestServiceFileStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void listsServicesAndWhatCannotBeOne();
    void takesAMissingFolderForAnEmptyOne();
    void addsAllOrNone();
    void replacesOnlyWhatItKnows();
    void whatWasGoodIsKeptBesidesTheVersions();
    void keepsTheLastTenVersions();
    void takesBackStepByStep();
    void takesBackAnImportAsAWhole();
    void doesNotTakeBackOverSomebodyElsesChange();
    void doesNotTakeBackOntoANameThatIsTakenAgain();
    void keepsAGoodTextOnlyOnce();
    void forgetsWhatWasRemovedLongAgo();
    void survivesADamagedListOfChanges();

private:
    std::string text(const std::string& name) const { return m_store->read(name).value_or("(none)"); }

    std::unique_ptr<QTemporaryDir> m_folder;
    WallClockOnly m_clock;
    Places m_places;
    std::unique_ptr<ServiceFileStore> m_store;
};

void TestServiceFileStore::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    const std::string base = bytes(m_folder->path());
    m_places = Places{base + "/config", base + "/state", base + "/run"};
    m_store = std::make_unique<ServiceFileStore>(m_places);
    m_clock.wall = *parseRfc3339("2026-11-22T08:00:00Z");
    Clock::setCurrent(&m_clock);
}

void TestServiceFileStore::cleanup()
{
    Clock::setCurrent(nullptr);
}

void TestServiceFileStore::listsServicesAndWhatCannotBeOne()
{
    QVERIFY(m_store->add({{"web", "1"}, {"a.b", "2"}, {"B", "3"}}));
    const std::string folder = m_places.servicesFolder();
    for (const char* name : {"/.hidden.toml", "/web.toml~", "/readme", "/-x.toml", "/a b.toml", "/.toml"})
        QVERIFY(writeTextFile(folder + name, ""));
    QVERIFY(makeFolders(folder + "/dir.toml"));
    const auto listing = m_store->list();
    QVERIFY(listing);
    QVERIFY((listing->names == std::vector<std::string>{"B", "a.b", "web"}));
    QCOMPARE(listing->problems.size(), std::size_t(3));
    QVERIFY(listing->problems[0].text().starts_with(folder + "/-x.toml: the file's name is not that of a service"));
    QVERIFY(listing->problems[1].text().starts_with(folder + "/a b.toml: "));
    QCOMPARE(shown(listing->problems[2].text()), shown(folder + "/dir.toml: this is a folder, not a service file"));
}

void TestServiceFileStore::takesAMissingFolderForAnEmptyOne()
{
    QVERIFY(m_store->list()->names.empty());
    QCOMPARE(errorOf(m_store->read("web")), QStringLiteral("there is no service \"web\""));
    QVERIFY(m_store->read("../x").error().kind == ErrorKind::NoSuchService);
    QVERIFY(makeFolders(m_places.config));
    QVERIFY(writeTextFile(m_places.servicesFolder(), ""));
    QCOMPARE(errorOf(m_store->list()), shown("cannot list " + m_places.servicesFolder() + ": Not a directory"));
}

void TestServiceFileStore::addsAllOrNone()
{
    QVERIFY(m_store->add({{"web", "1"}}));
    QCOMPARE(errorOf(m_store->add({{"new", "1"}, {"web", "2"}})), QStringLiteral("there is a service \"web\" already"));
    QVERIFY(!m_store->add({{"new", "1"}, {"../x", "2"}}));
    QVERIFY(!m_store->add({{"new", "1"}, {"new", "2"}}));
    QVERIFY(!m_store->exists("new"));
    QCOMPARE(text("web"), std::string("1"));
}

void TestServiceFileStore::whatWasGoodIsKeptBesidesTheVersions()
{
    QVERIFY(m_store->add({{"web", "1"}}));
    QVERIFY(m_store->replace("web", "1", "2"));
    QVERIFY(m_store->keepGood("web", "2"));
    QVERIFY(m_store->keepGood("web", "2"));
    QVERIFY(!m_store->keepGood("../x", "2"));
    QCOMPARE(m_store->versions("web").size(), std::size_t(1));
    const auto texts = [this](const std::string& name) {
        std::vector<std::string> found;
        for (const auto& older : m_store->olderTexts(name))
            found.push_back(older.text);
        return found;
    };
    QVERIFY((texts("web") == std::vector<std::string>{"2", "1"}));
    QVERIFY(texts("none").empty() && texts("../x").empty());
    // Is no trace of a removed service: logs and history of one whose file is away for a moment must not go with it.
    QVERIFY(m_store->keepGood("elsewhere", "3"));
    QVERIFY(m_store->recentlyRemoved().empty());
    QVERIFY(m_store->rename("web", "shop"));
    QVERIFY((texts("shop") == std::vector<std::string>{"2", "1"}));
}

void TestServiceFileStore::replacesOnlyWhatItKnows()
{
    QVERIFY(m_store->add({{"web", "1"}}));
    QVERIFY(m_store->replace("web", "1", "2"));
    const auto stale = m_store->replace("web", "1", "3");
    QVERIFY(!stale && stale.error().kind == ErrorKind::Refused);
    QCOMPARE(text("web"), std::string("2"));
    QVERIFY(m_store->replace("none", "", "").error().kind == ErrorKind::NoSuchService);
    QVERIFY(m_store->replace("web", "2", "2"));
    QCOMPARE(m_store->versions("web").size(), std::size_t(1));
}

void TestServiceFileStore::keepsTheLastTenVersions()
{
    QVERIFY(m_store->add({{"web", "0"}}));
    for (int i = 0; i < 15; ++i)
        QVERIFY(m_store->replace("web", std::to_string(i), std::to_string(i + 1)));
    const auto versions = m_store->versions("web");
    QCOMPARE(versions.size(), ServiceFileStore::keptVersions);
    QCOMPARE(readTextFile(versions.front().path).value(), std::string("14"));
    QCOMPARE(readTextFile(versions.back().path).value(), std::string("5"));
    QCOMPARE(versions.front().name, std::string("00000015.toml"));
    QVERIFY(versions.front().time == m_clock.wall);
}

void TestServiceFileStore::takesBackStepByStep()
{
    QVERIFY(m_store->add({{"web", "1"}}));
    QVERIFY(m_store->replace("web", "1", "2"));
    QVERIFY(m_store->rename("web", "shop"));
    QVERIFY(m_store->remove("shop"));
    QVERIFY(!m_store->exists("shop") && !m_store->exists("web"));
    QCOMPARE(shown(m_store->lastChange()->text()), QStringLiteral("remove of shop"));
    QCOMPARE(m_store->recentlyRemoved().size(), std::size_t(1));
    QCOMPARE(m_store->undo()->text(), std::string("remove of shop"));
    QCOMPARE(text("shop"), std::string("2"));
    QVERIFY(m_store->recentlyRemoved().empty());
    QCOMPARE(m_store->undo()->text(), std::string("rename of web to shop"));
    QCOMPARE(text("web"), std::string("2"));
    QCOMPARE(m_store->undo()->text(), std::string("edit of web"));
    QCOMPARE(text("web"), std::string("1"));
    QCOMPARE(m_store->undo()->text(), std::string("add of web"));
    QVERIFY(!m_store->exists("web"));
    QCOMPARE(errorOf(m_store->undo()), QStringLiteral("there is nothing to undo"));
}

void TestServiceFileStore::takesBackAnImportAsAWhole()
{
    QVERIFY(m_store->add({{"a", "1"}, {"b", "2"}}));
    QCOMPARE(m_store->undo()->text(), std::string("add of a, b"));
    QVERIFY(!m_store->exists("a") && !m_store->exists("b"));
    QCOMPARE(m_store->recentlyRemoved().size(), std::size_t(2));
}

void TestServiceFileStore::doesNotTakeBackOverSomebodyElsesChange()
{
    QVERIFY(m_store->add({{"web", "1"}}));
    QVERIFY(m_store->replace("web", "1", "2"));
    QVERIFY(writeTextFile(m_store->path("web"), "by hand"));
    const auto undone = m_store->undo();
    QVERIFY(!undone && undone.error().kind == ErrorKind::Refused);
    QVERIFY2(undone.error().message.starts_with("cannot undo the edit of web: "), undone.error().message.c_str());
    QCOMPARE(text("web"), std::string("by hand"));
    QCOMPARE(m_store->lastChange()->text(), std::string("edit of web"));
}

void TestServiceFileStore::doesNotTakeBackOntoANameThatIsTakenAgain()
{
    QVERIFY(m_store->add({{"web", "1"}}));
    QVERIFY(m_store->remove("web"));
    QVERIFY(writeTextFile(m_store->path("web"), "new"));
    QVERIFY(!m_store->undo());
    QCOMPARE(text("web"), std::string("new"));
}

void TestServiceFileStore::keepsAGoodTextOnlyOnce()
{
    QVERIFY(m_store->add({{"web", "1"}}));
    const auto first = m_store->keep("web", "1");
    QCOMPARE(m_store->keep("web", "1").value(), *first);
    QCOMPARE(m_store->versions("web").size(), std::size_t(1));
    QVERIFY(m_store->replace("web", "1", "2"));
    QCOMPARE(m_store->versions("web").size(), std::size_t(1));
    QVERIFY(!m_store->keep("../x", "1"));
}

void TestServiceFileStore::forgetsWhatWasRemovedLongAgo()
{
    QVERIFY(m_store->add({{"web", "1"}, {"live", "1"}}));
    QVERIFY(m_store->keep("web", "1") && m_store->keep("live", "1"));
    m_clock.wall += std::chrono::days(100);
    QVERIFY(m_store->remove("web"));
    QVERIFY(m_store->recentlyRemoved().front().time == m_clock.wall);
    QVERIFY(m_store->purge(m_clock.wall + std::chrono::days(30)).empty());
    QVERIFY((m_store->purge(m_clock.wall + std::chrono::days(31)) == std::vector<std::string>{"web"}));
    QVERIFY(m_store->recentlyRemoved().empty());
    QCOMPARE(m_store->versions("live").size(), std::size_t(1));
    QVERIFY(!m_store->undo());
}

void TestServiceFileStore::survivesADamagedListOfChanges()
{
    QVERIFY(m_store->add({{"web", "1"}}));
    const std::string file = m_places.backupsFolder() + "/.undo.toml";
    for (const char* damaged :
         {"[[chan", "", "change = 1",
          "[[change]]\nkind = 'remove'\ntime = '2026-11-22T08:00:00Z'\nnames = ['../../x']\nversions = "
          "['00000001.toml']\n",
          "[[change]]\nkind = 'remove'\ntime = '2026-11-22T08:00:00Z'\nnames = ['web']\nversions = ['../x.toml']\n",
          "[[change]]\nkind = 'edit'\ntime = '2026-11-22T08:00:00Z'\nnames = ['web']\nversions = "
          "['00000001.toml']\n"}) {
        QVERIFY(writeTextFile(file, damaged));
        QCOMPARE(errorOf(m_store->undo()), QStringLiteral("there is nothing to undo"));
    }
    QVERIFY(m_store->replace("web", "1", "2"));
    QVERIFY(m_store->undo());
    QCOMPARE(text("web"), std::string("1"));
}

QTEST_GUILESS_MAIN(TestServiceFileStore)
#include "tst_servicefilestore.moc"
