#include <turnspit/base/places.h>

#include <QTemporaryDir>
#include <QtTest>

#include <array>
#include <filesystem>
#include <fstream>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace turnspit;

namespace {

using Environment = std::map<std::string, std::string>;

/// The message of prepare, "" where it works. As somebody who may not write everywhere: the same user, or nobody if that is root.
std::string prepareAsPlainUser(const Places& places)
{
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0)
        return "no pipe";
    const pid_t child = ::fork();
    if (child == 0) {
        if (::geteuid() == 0 && ::setuid(65534) != 0)
            ::_exit(2);
        const auto ok = places.prepare();
        const std::string message = ok ? "" : ok.error().message;
        ::_exit(::write(ends[1], message.data(), message.size()) == static_cast<ssize_t>(message.size()) ? 0 : 1);
    }
    ::close(ends[1]);
    std::string out;
    std::array<char, 4096> buffer{};
    for (ssize_t n = 0; (n = ::read(ends[0], buffer.data(), buffer.size())) > 0;)
        out.append(buffer.data(), static_cast<std::size_t>(n));
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    return status == 0 ? out : "child failed";
}

/// A folder that a test may fill, readable for everybody.
struct Ground
{
    QTemporaryDir folder;
    std::string root = folder.path().toStdString();

    Ground() { ::chmod(root.c_str(), 0755); }
    Places places() const { return {root + "/config", root + "/state", root + "/runtime"}; }
};

mode_t modeOf(const std::string& path)
{
    struct stat info{};
    return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 0777 : 0;
}

} // namespace

class TestPlaces : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void resolvesInOrder();
    void usesTheDefaultsOfTheContract();
    void fallsBackToATemporaryRuntimeFolder();
    void makesPathsAbsolute();
    void namesTheFilesWithin();
    void saysWhenThereIsNoHome();
    void refusesLongSocketPaths();
    void makesMissingFoldersForTheUserAlone();
    void closesAnOpenRuntimeFolder();
    void leavesAFolderAloneThatManyUse();
    void aWorkerIsNotRefusedForWhatItHasNot();
    void saysWhatIsInTheWay();
    void refusesALinkAsRuntimeFolder();
    void refusesSomebodyElsesRuntimeFolder();
    void saysWhereItMayNotWrite();
    void knowsServiceNames_data();
    void knowsServiceNames();
};

void TestPlaces::resolvesInOrder()
{
    const Environment environment{{"HOME", "/home/me"},
                                  {"XDG_CONFIG_HOME", "/xdg/config"},
                                  {"XDG_STATE_HOME", "/xdg/state"},
                                  {"XDG_RUNTIME_DIR", "/run/user/7"},
                                  {"TURNSPIT_CONFIG_DIR", "/env/config"},
                                  {"TURNSPIT_STATE_DIR", "/env/state"},
                                  {"TURNSPIT_RUNTIME_DIR", "/env/run"}};
    const auto given = Places::resolve({"/arg/config", "/arg/state", "/arg/run"}, environment);
    QCOMPARE(given->config, std::string("/arg/config"));
    QCOMPARE(given->state, std::string("/arg/state"));
    QCOMPARE(given->runtime, std::string("/arg/run"));
    const auto named = Places::resolve({}, environment);
    QCOMPARE(named->config, std::string("/env/config"));
    QCOMPARE(named->state, std::string("/env/state"));
    QCOMPARE(named->runtime, std::string("/env/run"));
    const auto mixed = Places::resolve({"", "/arg/state", ""}, environment);
    QCOMPARE(mixed->config, std::string("/env/config"));
    QCOMPARE(mixed->state, std::string("/arg/state"));
}

void TestPlaces::usesTheDefaultsOfTheContract()
{
    const auto xdg = Places::resolve({}, {{"HOME", "/home/me"},
                                          {"XDG_CONFIG_HOME", "/xdg/config"},
                                          {"XDG_STATE_HOME", "/xdg/state"},
                                          {"XDG_RUNTIME_DIR", "/run/user/7"}});
    QCOMPARE(xdg->config, std::string("/xdg/config/turnspit"));
    QCOMPARE(xdg->state, std::string("/xdg/state/turnspit"));
    QCOMPARE(xdg->runtime, std::string("/run/user/7/turnspit"));

    // Empty is as not set; relative is to be ignored.
    const auto home = Places::resolve(
        {}, {{"HOME", "/home/me/"}, {"XDG_CONFIG_HOME", ""}, {"XDG_STATE_HOME", "state"}, {"TURNSPIT_STATE_DIR", ""}});
    QCOMPARE(home->config, std::string("/home/me/.config/turnspit"));
    QCOMPARE(home->state, std::string("/home/me/.local/state/turnspit"));

    const auto root = Places::resolve({}, {{"HOME", "/"}});
    QCOMPARE(root->config, std::string("/.config/turnspit"));
}

void TestPlaces::fallsBackToATemporaryRuntimeFolder()
{
    const auto places = Places::resolve({}, {{"HOME", "/home/me"}, {"XDG_RUNTIME_DIR", "run"}});
    QCOMPARE(places->runtime, "/tmp/turnspit-" + std::to_string(::getuid()));
}

void TestPlaces::makesPathsAbsolute()
{
    const auto places = Places::resolve({"config/", "./a/../state", "/run//x/"}, {});
    const std::string here = std::filesystem::current_path().string();
    QCOMPARE(places->config, here + "/config");
    QCOMPARE(places->state, here + "/state");
    QCOMPARE(places->runtime, std::string("/run/x"));
}

void TestPlaces::namesTheFilesWithin()
{
    const Places places{"/c", "/s", "/r"};
    QCOMPARE(places.hostOptionsFile(), std::string("/c/turnspit.toml"));
    QCOMPARE(places.serviceFile("mail"), std::string("/c/services/mail.toml"));
    QCOMPARE(places.logFolder("mail"), std::string("/s/logs/mail"));
    QCOMPARE(places.historyFile(), std::string("/s/history.sqlite"));
    QCOMPARE(places.hostLock(), std::string("/s/host.lock"));
    QCOMPARE(places.keeperSocket(), std::string("/s/keep.sock"));
    QCOMPARE(places.hostSocket(), std::string("/r/host.sock"));
}

void TestPlaces::saysWhenThereIsNoHome()
{
    const std::string rest = " nor HOME is set: set one of them, or name the folders with --config-dir, --state-dir and --runtime-dir (TURNSPIT_CONFIG_DIR and so on)";
    QCOMPARE(Places::resolve({}, {}).error().message, "neither XDG_CONFIG_HOME" + rest);
    QCOMPARE(Places::resolve({"/c", "", ""}, {}).error().message, "neither XDG_STATE_HOME" + rest);
    QVERIFY(Places::resolve({"/c", "/s", ""}, {}));
}

void TestPlaces::refusesLongSocketPaths()
{
    const std::string fits = "/" + std::string(maxSocketPath - std::string("//host.sock").size(), 'r');
    QVERIFY(Places::resolve({"/c", "/s", fits}, {}));
    const auto runtime = Places::resolve({"/c", "/s", fits + "r"}, {});
    QCOMPARE(runtime.error().message, "the socket path " + fits + "r/host.sock has 91 bytes, at most 90 are possible: choose a shorter "
                                                                    "folder with --runtime-dir or TURNSPIT_RUNTIME_DIR");
    const auto state = Places::resolve({"/c", fits + "r", "/r"}, {});
    QCOMPARE(state.error().message, "the socket path " + fits + "r/keep.sock has 91 bytes, at most 90 are possible: choose a shorter "
                                                                  "folder with --state-dir or TURNSPIT_STATE_DIR");
}

void TestPlaces::aWorkerIsNotRefusedForWhatItHasNot()
{
    const Environment environment{{"TURNSPIT_STATE_DIR", "/" + std::string(100, 's')}, {"TURNSPIT_RUNTIME_DIR", "/r"}};
    QVERIFY(!Places::resolve({}, environment)); // no folder for a configuration, and a socket whose path is too long
    const auto worker = Places::resolveForWorker({}, environment);
    QVERIFY(worker);
    QCOMPARE(worker->workerLock("shop"), "/" + std::string(100, 's') + "/workers/shop/host.lock");
    QCOMPARE(worker->workerSocket("shop"), std::string("/r/workers/shop.sock"));
    QCOMPARE(Places::resolveForWorker({}, {{"TURNSPIT_RUNTIME_DIR", "/r"}}).error().message.substr(0, 22), std::string("neither XDG_STATE_HOME"));
}

void TestPlaces::leavesAFolderAloneThatManyUse()
{
    const Ground ground;
    const Places places = ground.places();
    QVERIFY(std::filesystem::create_directories(places.runtime));
    QCOMPARE(::chmod(places.runtime.c_str(), 01777), 0);
    for (const auto& ready : {places.prepare(), places.prepareWorker("shop")}) {
        QVERIFY(!ready);
        QCOMPARE(ready.error().message, "the runtime folder " + places.runtime + " is shared with others: choose one below it with --runtime-dir or TURNSPIT_RUNTIME_DIR");
    }
    struct stat info{};
    QCOMPARE(::stat(places.runtime.c_str(), &info), 0);
    QCOMPARE(info.st_mode & 07777, mode_t(01777));
}

void TestPlaces::makesMissingFoldersForTheUserAlone()
{
    const Ground ground;
    const Places places = ground.places();
    QVERIFY(places.prepare());
    for (const std::string& folder : {places.config, places.servicesFolder(), places.state, places.logsFolder(), places.runtime})
        QCOMPARE(modeOf(folder), mode_t(0700));
    QVERIFY(places.prepare());
}

void TestPlaces::closesAnOpenRuntimeFolder()
{
    const Ground ground;
    const Places places = ground.places();
    QCOMPARE(::mkdir(places.runtime.c_str(), 0755), 0);
    QVERIFY(places.prepare());
    QCOMPARE(modeOf(places.runtime), mode_t(0700));
}

void TestPlaces::saysWhatIsInTheWay()
{
    const Ground ground;
    std::ofstream(ground.root + "/file") << "x";
    Places places = ground.places();
    places.config = ground.root + "/file";
    QCOMPARE(places.prepare().error().message, places.config + " is not a folder: move it away, or choose another with --config-dir, "
                                                               "--state-dir or --runtime-dir (TURNSPIT_CONFIG_DIR and so on)");
    places.config = ground.root + "/file/config";
    QCOMPARE(places.prepare().error().message, "cannot make the folder " + places.config + ": Not a directory");
    places.config = ground.root + "/dangling";
    std::filesystem::create_symlink(ground.root + "/nothing", places.config);
    QCOMPARE(places.prepare().error().message, "cannot read the folder " + places.config + ": No such file or directory");
}

void TestPlaces::refusesALinkAsRuntimeFolder()
{
    const Ground ground;
    const Places places = ground.places();
    std::filesystem::create_directory(ground.root + "/elsewhere");
    std::filesystem::create_directory_symlink(ground.root + "/elsewhere", places.runtime);
    QCOMPARE(places.prepare().error().message,
             "the runtime folder " + places.runtime + " is a link: remove it, or choose another with --runtime-dir or TURNSPIT_RUNTIME_DIR");
}

void TestPlaces::refusesSomebodyElsesRuntimeFolder()
{
    const Ground ground;
    Places places = ground.places();
    if (::geteuid() == 0) {
        std::filesystem::create_directory(places.runtime);
        QCOMPARE(::chown(places.runtime.c_str(), 65534, 65534), 0);
    } else {
        places.runtime = "/tmp"; // root's, and anybody may write to it
    }
    QCOMPARE(places.prepare().error().message,
             "the runtime folder " + places.runtime + " belongs to another user: remove it, or choose another with --runtime-dir or TURNSPIT_RUNTIME_DIR");
}

void TestPlaces::saysWhereItMayNotWrite()
{
    const Ground ground;
    const Places places = ground.places();
    std::filesystem::create_directory(places.config);
    QCOMPARE(::chmod(places.config.c_str(), 0555), 0);
    QCOMPARE(prepareAsPlainUser(places), "cannot write to the folder " + places.config + ": Permission denied");
}

void TestPlaces::knowsServiceNames_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<bool>("valid");
    for (const char* name : {"a", "mail", "Mail-2.0_x", "0", "a.b"})
        QTest::newRow(name) << QString::fromLatin1(name) << true;
    for (const char* name : {"", ".hidden", "-a", "_a", "a b", "a/b", "a@1", "a\n", "\xc3\xa4"})
        QTest::newRow(*name ? name : "empty") << QString::fromUtf8(name) << false;
    QTest::newRow("64") << QString(64, QLatin1Char('a')) << true;
    QTest::newRow("65") << QString(65, QLatin1Char('a')) << false;
}

void TestPlaces::knowsServiceNames()
{
    QFETCH(QString, name);
    QFETCH(bool, valid);
    QCOMPARE(isServiceName(name.toStdString()), valid);
}

QTEST_GUILESS_MAIN(TestPlaces)
#include "tst_places.moc"
