#include <app/desktop/autostart.h>
#include <app/desktop/preferences.h>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace turnspit;
using namespace turnspit::desktop;

class TestAutostart : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<QTemporaryDir> m_folder;

    QString user() const { return m_folder->path() + QStringLiteral("/user/autostart"); }
    QString system() const { return m_folder->path() + QStringLiteral("/system/autostart"); }
    Autostart autostart(const QStringList& command = {QStringLiteral("/usr/bin/turnspit"),
                                                      QStringLiteral("--minimized")}) const
    {
        return {{user(), {system()}}, command};
    }
    static QByteArray read(const QString& folder)
    {
        QFile file(folder + QLatin1Char('/') + Autostart::fileName);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    void writeSystem(const QByteArray& text) const
    {
        QVERIFY(QDir().mkpath(system()));
        QFile file(system() + QLatin1Char('/') + Autostart::fileName);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(text) == text.size());
    }

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void onWritesAnEntryAndOffRemovesIt()
    {
        QVERIFY(!autostart().isOn());
        QVERIFY(autostart().set(true));
        QVERIFY(autostart().isOn());
        const QByteArray entry = read(user());
        QVERIFY(entry.startsWith("[Desktop Entry]\nType=Application\n"));
        QVERIFY(entry.contains("\nExec=\"/usr/bin/turnspit\" \"--minimized\"\n"));
        QVERIFY(entry.contains("\nTryExec=/usr/bin/turnspit\n"));
        QVERIFY(autostart().set(false));
        QVERIFY(!autostart().isOn());
        QVERIFY(read(user()).isEmpty());
        QVERIFY(autostart().set(false)); // off already
    }

    void whereTheSystemStartsItOffHidesThat()
    {
        writeSystem("[Desktop Entry]\nType=Application\nExec=turnspit --minimized\n");
        QVERIFY(autostart().isOn());
        QVERIFY(autostart().set(false));
        QVERIFY(!autostart().isOn());
        QVERIFY(read(user()).contains("\nHidden=true\n"));
        QVERIFY(autostart().set(true));
        QVERIFY(autostart().isOn());
    }

    void specialCharactersAreQuoted()
    {
        QVERIFY(
            autostart({QStringLiteral("/opt/my \"$x\" 5%/turnspit"), QStringLiteral("--state-dir=/a\\b")}).set(true));
        const QByteArray entry = read(user());
        QVERIFY2(entry.contains("Exec=\"/opt/my \\\\\"\\\\$x\\\\\" 5%%/turnspit\" \"--state-dir=/a\\\\\\\\b\"\n"),
                 entry.constData());
    }

    void whatCannotBeWrittenIsAnError()
    {
        const Autostart impossible({QStringLiteral("/proc/nowhere/autostart"), {}},
                                   {QStringLiteral("/usr/bin/turnspit")});
        QVERIFY(!impossible.set(true));
    }

    void whatThePersonHasToldOnceIsKept()
    {
        Places places;
        places.state = m_folder->path().toStdString();
        QVERIFY(Preferences::load(places).close == Preferences::Close::Ask);
        for (const auto close : {Preferences::Close::Quit, Preferences::Close::ToTray, Preferences::Close::Ask}) {
            Preferences preferences;
            preferences.close = close;
            preferences.symbolicTray = close == Preferences::Close::Quit;
            QVERIFY(preferences.save(places));
            QVERIFY(Preferences::load(places).close == close);
            QCOMPARE(Preferences::load(places).symbolicTray, preferences.symbolicTray);
        }
    }
};

QTEST_GUILESS_MAIN(TestAutostart)
#include "tst_autostart.moc"
