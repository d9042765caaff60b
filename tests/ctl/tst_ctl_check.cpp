#include <ctl/commands.h>

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QTest>

using namespace turnspit;
using namespace turnspit::ctl;

class tst_ctl_check : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    Places m_places;
    std::string m_text;

    QString write(const QString& name, const char* text)
    {
        const QString path = m_folder.filePath(name);
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(text) < 0)
            qFatal("cannot write %s", qPrintable(path));
        return path;
    }

    int check(const std::vector<std::string>& files = {}, bool json = false)
    {
        m_text.clear();
        OutputStream out(OutputStream::toString(m_text));
        return runCheck(CheckCommand{files}, m_places, json, out);
    }

private Q_SLOTS:
    void init()
    {
        QDir(m_folder.path()).removeRecursively();
        QVERIFY(QDir().mkpath(m_folder.filePath(QStringLiteral("services"))));
        m_places.config = m_folder.path().toStdString();
    }

    void anEmptyConfigurationIsFine()
    {
        QCOMPARE(check(), 0);
        QVERIFY(m_text.starts_with("There is nothing to check"));
    }

    void goodFilesAreCounted()
    {
        write(QStringLiteral("turnspit.toml"), "[host]\nshutdown_timeout = \"10s\"\n");
        write(QStringLiteral("services/api.toml"), "command = \"true\"\n");
        write(QStringLiteral("services/.api.toml.tmp"), "broken");
        write(QStringLiteral("services/.hidden.toml"), "broken");
        QCOMPARE(check(), 0);
        QCOMPARE(m_text, std::string("2 files checked, nothing is wrong.\n"));
        QCOMPARE(check({}, true), 0);
        QCOMPARE(QJsonDocument::fromJson(QByteArray::fromStdString(m_text)).array().size(), 0);
        QVERIFY(QJsonDocument::fromJson(QByteArray::fromStdString(m_text)).isArray());
    }

    void everyErrorIsNamedWithItsPlace()
    {
        const QString bad =
            write(QStringLiteral("services/bad.toml"), "command = \"true\"\nautostart = \"yes\"\nunknown_key = 1\n");
        const QString odd = write(QStringLiteral("services/odd name.toml"), "command = \"true\"\n");
        write(QStringLiteral("services/good.toml"), "command = \"true\"\n");
        QCOMPARE(check(), 1);
        const QList<QByteArray> lines = QByteArray::fromStdString(m_text).trimmed().split('\n');
        QCOMPARE(lines.size(), 3);
        QVERIFY2(lines[0].startsWith(bad.toUtf8() + ":2:"), lines[0].constData());
        QVERIFY2(lines[1].startsWith(bad.toUtf8() + ":3:"), lines[1].constData());
        QVERIFY2(lines[2].startsWith(odd.toUtf8() + ": "), lines[2].constData());

        QCOMPARE(check({}, true), 1);
        const QJsonArray array = QJsonDocument::fromJson(QByteArray::fromStdString(m_text)).array();
        QCOMPARE(array.size(), 3);
        QCOMPARE(array[0].toObject().value(QStringLiteral("file")).toString(), bad);
        QCOMPARE(array[0].toObject().value(QStringLiteral("line")).toInt(), 2);
        QVERIFY(!array[0].toObject().value(QStringLiteral("message")).toString().isEmpty());
    }

    void theHostsOptionsAreChecked()
    {
        write(QStringLiteral("turnspit.toml"), "[host]\nshutdown_timeout = 10\n");
        QCOMPARE(check(), 1);
        QVERIFY2(m_text.find("turnspit.toml:2:") != std::string::npos, m_text.c_str());
        write(QStringLiteral("turnspit.toml"), "[defaults]\nautostrat = true\n");
        QCOMPARE(check(), 1);
        QVERIFY2(m_text.find("turnspit.toml:2:") != std::string::npos, m_text.c_str());
    }

    void filesMayBeNamed()
    {
        const QString bad = write(QStringLiteral("elsewhere.toml"), "comand = \"true\"\n");
        const QString good = write(QStringLiteral("fine.toml"), "command = \"true\"\n");
        write(QStringLiteral("services/broken.toml"), "broken");
        QCOMPARE(check({good.toStdString()}), 0);
        QCOMPARE(check({good.toStdString(), bad.toStdString()}), 1);
        QVERIFY(m_text.find("broken.toml") == std::string::npos);
        QCOMPARE(check({"/does/not/exist.toml"}), 1);
        QVERIFY2(m_text.find("/does/not/exist.toml") != std::string::npos, m_text.c_str());
    }
};

QTEST_GUILESS_MAIN(tst_ctl_check)
#include "tst_ctl_check.moc"
