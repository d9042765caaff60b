#include <ui/text/secrets.h>

#include <QTest>

using namespace turnspit;

class TestSecrets : public QObject
{
    Q_OBJECT
private:
    static QString masked(const char* text) { return secrets::masked(QString::fromUtf8(text)); }

private Q_SLOTS:
    void namesThatLookLikeSecretsAreKnown()
    {
        for (const char* name : {"API_KEY", "TOKEN", "github_token", "DB_PASSWORD", "CLIENT_SECRET", "AWS_KEY_ID"})
            QVERIFY2(secrets::isSecret(QString::fromLatin1(name)), name);
        for (const char* name : {"PORT", "HOME", "LANG", "KEYBOARD", "PATH"})
            QVERIFY2(!secrets::isSecret(QString::fromLatin1(name)), name);
    }

    void onlyTheValuesOfSecretsAreDots()
    {
        QCOMPARE(masked("command = \"date\"\n[environment]\nPORT = \"80\"\nTOKEN = \"a\\\"b\" # mine\n'MY_KEY' = 'x'\n[stop]\nKEY = \"y\"\n"),
                 QString::fromUtf8("command = \"date\"\n[environment]\nPORT = \"80\"\nTOKEN = \"••••••\" # mine\n'MY_KEY' = \"••••••\"\n[stop]\nKEY = \"y\"\n"));
    }

    void everyWayToWriteThemIsKnown()
    {
        QCOMPARE(masked("environment = { TOKEN = \"a\", PORT = \"1\", KEY = 'b' }\n"),
                 QString::fromUtf8("environment = { TOKEN = \"••••••\", PORT = \"1\", KEY = \"••••••\" }\n"));
        QCOMPARE(masked("environment.TOKEN = \"a\"\nenvironment.PORT = \"1\"\n"),
                 QString::fromUtf8("environment.TOKEN = \"••••••\"\nenvironment.PORT = \"1\"\n"));
        QCOMPARE(masked("[environment]\nTOKEN = \"\"\"one\ntwo\nthree\"\"\" # rest\nPORT = \"1\"\n"),
                 QString::fromUtf8("[environment]\nTOKEN = \"••••••\" # rest\nPORT = \"1\"\n"));
        QCOMPARE(masked("[environment]\nTOKEN = \"never closed"), QString::fromUtf8("[environment]\nTOKEN = \"••••••\""));
    }

    void aTextWithoutSecretsIsTheSame()
    {
        const QString text = QStringLiteral("# TOKEN = \"x\"\ncommand = [\"a\", \"TOKEN=1\"]\n\n[environment]\n# KEY = \"x\"\nPORT = \"1\"\n");
        QCOMPARE(secrets::masked(text), text);
        QCOMPARE(secrets::masked({}), QString());
    }

    void aChangeOfASecretSaysNoMoreThanThat()
    {
        QCOMPARE(secrets::maskedChange(QStringLiteral("environment.TOKEN: \"a\" -> \"b\"")), QString::fromUtf8("environment.TOKEN: ••••••"));
        const QString other = QStringLiteral("restart.delay: 1s -> 2s");
        QCOMPARE(secrets::maskedChange(other), other);
    }
};

QTEST_GUILESS_MAIN(TestSecrets)
#include "tst_secrets.moc"
