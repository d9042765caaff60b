#include <ctl/addtext.h>

#include <turnspit/servicefile/parse.h>

#include <QTest>

using namespace turnspit;
using namespace turnspit::ctl;

class tst_ctl_addtext : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void onlyWhatWasSaidIsWritten()
    {
        AddOptions options;
        options.command = {"node", "worker.js"};
        QCOMPARE(serviceFileText(options, "/here").value(), std::string("command = [\"node\", \"worker.js\"]\n"));
    }

    void oneArgumentWithBlanksStaysOneArgument()
    {
        AddOptions options;
        options.command = {"a program with blanks", "it's \"quoted\" \\ and\nbroken"};
        const auto definition = parseDefinition(serviceFileText(options, "/here").value(), "x.toml", "x");
        QVERIFY(definition.has_value());
        QVERIFY(definition->command == options.command);
    }

    void everyOptionArrivesInTheDefinition()
    {
        AddOptions options;
        options.command = {"true"};
        options.cron = "0 3 * * *";
        options.group = "shop";
        options.cwd = "sub/../work";
        options.environment = {"B=2=3", "A=", "with.dot=x"};
        options.restart = "on-failure";
        options.autostart = false;
        const auto definition = parseDefinition(serviceFileText(options, "/here").value(), "x.toml", "x");
        QVERIFY2(definition.has_value(), definition ? "" : definition.error().front().text().c_str());
        QCOMPARE(definition->group, std::string("shop"));
        QCOMPARE(definition->workingDirectory, std::string("/here/work"));
        QVERIFY((definition->environment ==
                 std::map<std::string, std::string>{{"A", ""}, {"B", "2=3"}, {"with.dot", "x"}}));
        QVERIFY(!definition->autostart);
        QVERIFY(definition->kind() == ServiceKind::Scheduled);
    }

    void intervalsAndManualOnesAreServicesOfTheirKind()
    {
        AddOptions every;
        every.command = {"true"};
        every.every = "5m";
        QVERIFY(parseDefinition(serviceFileText(every, "/").value(), "x.toml", "x")->kind() == ServiceKind::Scheduled);
        AddOptions manual;
        manual.command = {"true"};
        manual.manual = true;
        QVERIFY(parseDefinition(serviceFileText(manual, "/").value(), "x.toml", "x")->kind() == ServiceKind::Manual);
    }

    void foldersAreThoseOfTheShell()
    {
        const auto cwd = [](const char* typed) {
            AddOptions options;
            options.command = {"true"};
            options.cwd = typed;
            return parseDefinition(serviceFileText(options, "/home/me/src").value(), "x.toml", "x")->workingDirectory;
        };
        QCOMPARE(cwd("."), std::string("/home/me/src"));
        QCOMPARE(cwd("sub/"), std::string("/home/me/src/sub"));
        QCOMPARE(cwd("/var/lib"), std::string("/var/lib"));
        QCOMPARE(cwd("~/shop"), std::string("~/shop"));
        QCOMPARE(cwd("/"), std::string("/"));
    }

    void whatCannotBeIsRefused()
    {
        const auto message = [](auto change) {
            AddOptions options;
            options.command = {"true"};
            change(options);
            const auto text = serviceFileText(options, "/");
            return text ? std::string() : text.error().message;
        };
        QVERIFY(message([](AddOptions& o) { o.command.clear(); }).find("command is missing") != std::string::npos);
        QVERIFY(message([](AddOptions& o) { o.command = {""}; }).find("command is missing") != std::string::npos);
        QVERIFY(message([](AddOptions& o) { o.every = "5"; }).starts_with("--every: "));
        QVERIFY(message([](AddOptions& o) { o.every = "0s"; }).starts_with("--every "));
        QVERIFY(message([](AddOptions& o) { o.every = "5m", o.manual = true; }).find("exclude") != std::string::npos);
        QVERIFY(message([](AddOptions& o) { o.every = "5m", o.cron = "@daily"; }).find("exclude") != std::string::npos);
        QVERIFY(message([](AddOptions& o) { o.restart = "sometimes"; }).starts_with("--restart takes"));
        QVERIFY(message([](AddOptions& o) { o.restart = "always", o.manual = true; }).starts_with("--restart always"));
        QVERIFY(message([](AddOptions& o) { o.environment = {"NOEQUALS"}; }).starts_with("--env takes"));
        QVERIFY(message([](AddOptions& o) { o.environment = {"=x"}; }).starts_with("--env takes"));
    }
};

QTEST_GUILESS_MAIN(tst_ctl_addtext)
#include "tst_ctl_addtext.moc"
