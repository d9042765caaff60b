#include "config/configtesting.h"

#include <turnspit/config/textfile.h>

#include <QDir>
#include <QTemporaryDir>

#include <sys/stat.h>
#include <unistd.h>

using namespace turnspit;

class TestTextFile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void writesReadsAndLeavesNothingBehind();
    void keepsModeAndLinkOfWhatItReplaces();
    void keepsTheOwnerOfWhatRootReplaces();
    void saysWhyItCannotRead();
    void leavesTheOldFileWhereItCannotWrite();
    void makesFoldersForTheUserAlone();
};

void TestTextFile::writesReadsAndLeavesNothingBehind()
{
    QTemporaryDir folder;
    const std::string path = bytes(folder.filePath(QStringLiteral("a.toml")));
    const std::string text("ä\r\n\0x", 6);
    QVERIFY(writeTextFile(path, text));
    QCOMPARE(readTextFile(path).value(), text);
    struct stat status = {};
    QCOMPARE(::stat(path.c_str(), &status), 0);
    QCOMPARE(status.st_mode & 07777, mode_t(0600));
    QVERIFY(writeTextFile(path, ""));
    QCOMPARE(readTextFile(path).value(), std::string());
    QCOMPARE(QDir(folder.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
             QStringList{QStringLiteral("a.toml")});
}

void TestTextFile::keepsModeAndLinkOfWhatItReplaces()
{
    QTemporaryDir folder;
    const std::string target = bytes(folder.filePath(QStringLiteral("real.toml")));
    const std::string link = bytes(folder.filePath(QStringLiteral("link.toml")));
    QVERIFY(writeTextFile(target, "1"));
    QCOMPARE(::chmod(target.c_str(), 0644), 0);
    QCOMPARE(::symlink("real.toml", link.c_str()), 0);
    QVERIFY(writeTextFile(link, "2"));
    QCOMPARE(readTextFile(target).value(), std::string("2"));
    struct stat status = {};
    QCOMPARE(::lstat(link.c_str(), &status), 0);
    QVERIFY(S_ISLNK(status.st_mode));
    QCOMPARE(::stat(target.c_str(), &status), 0);
    QCOMPARE(status.st_mode & 07777, mode_t(0644));
}

void TestTextFile::keepsTheOwnerOfWhatRootReplaces()
{
    if (::geteuid() != 0)
        QSKIP("only root may give files away");
    QTemporaryDir folder;
    const std::string path = bytes(folder.filePath(QStringLiteral("a.toml")));
    QVERIFY(writeTextFile(path, "1"));
    QCOMPARE(::chown(path.c_str(), 12345, 23456), 0);
    QVERIFY(writeTextFile(path, "2"));
    struct stat status = {};
    QCOMPARE(::stat(path.c_str(), &status), 0);
    QCOMPARE(status.st_uid, uid_t(12345));
    QCOMPARE(status.st_gid, gid_t(23456));
    QCOMPARE(status.st_mode & 07777, mode_t(0600));
}

void TestTextFile::saysWhyItCannotRead()
{
    QTemporaryDir folder;
    const std::string base = bytes(folder.path());
    QCOMPARE(errorOf(readTextFile(base + "/none")), shown("cannot read " + base + "/none: No such file or directory"));
    QCOMPARE(errorOf(readTextFile(base)), shown("cannot read " + base + ": it is a folder"));
    QCOMPARE(::mkfifo((base + "/fifo").c_str(), 0600), 0);
    QCOMPARE(errorOf(readTextFile(base + "/fifo")), shown("cannot read " + base + "/fifo: it is not a regular file"));
    QVERIFY(writeTextFile(base + "/big", std::string(maxTextFile + 1, 'x')));
    QCOMPARE(errorOf(readTextFile(base + "/big")),
             shown("cannot read " + base + "/big: it is larger than 4MiB, which no file of settings is"));
}

void TestTextFile::leavesTheOldFileWhereItCannotWrite()
{
    QTemporaryDir folder;
    const std::string base = bytes(folder.path());
    QVERIFY(!writeTextFile(base + "/none/x", "1"));
    QVERIFY(makeFolders(base + "/taken"));
    QVERIFY(!writeTextFile(base + "/taken", "1")); // a folder is not replaced
    QCOMPARE(QDir(folder.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
             QStringList{QStringLiteral("taken")});
}

void TestTextFile::makesFoldersForTheUserAlone()
{
    QTemporaryDir folder;
    const std::string base = bytes(folder.path());
    QVERIFY(makeFolders(base + "/a/b/c"));
    QVERIFY(makeFolders(base + "/a/b/c"));
    struct stat status = {};
    QCOMPARE(::stat((base + "/a/b").c_str(), &status), 0);
    QCOMPARE(status.st_mode & 07777, mode_t(0700));
    QVERIFY(writeTextFile(base + "/file", ""));
    QCOMPARE(errorOf(makeFolders(base + "/file")),
             shown("cannot make the folder " + base + "/file: a file of that name is in the way"));
}

QTEST_GUILESS_MAIN(TestTextFile)
#include "tst_textfile.moc"
