// Service files, and commands that are tried.
#include "sessioncontract.h"

#include "contractvalues.h"

#include <support/await.h>
#include <support/said.h>
#include <support/sanitizers.h>

#include <QTest>

#include <algorithm>

namespace turnspit {

using namespace std::chrono_literals;
using namespace contract;

void SessionContract::addUpdateRemoveAndUndoGoRound()
{
    const QString a = name("a");
    const ActionResult added = add(a, sleeper, true);
    QVERIFY(added.ok);
    QCOMPARE(said(added.state), said(ServiceState::Running));

    UpdateRequest update;
    update.name = a;
    update.edits = {{name("group"), name("shop")}};
    auto result = await(session().update(update));
    QVERIFY(result && result->ok);
    QCOMPARE(service(a).group, name("shop"));
    QVERIFY(await(session().definition(a))->text.contains(QLatin1StringView("shop")));

    auto undone = await(session().undo());
    QVERIFY(undone);
    QVERIFY(undone->contains(a));
    QCOMPARE(service(a).group, QString());

    const QString before = await(session().definition(a))->text;
    result = await(session().remove(a));
    QVERIFY(result && result->ok);
    QVERIFY(!exists(a));
    undone = await(session().undo());
    QVERIFY(undone);
    QVERIFY(undone->contains(a));
    QVERIFY(exists(a));
    QCOMPARE(await(session().definition(a))->text, before);

    update = {};
    update.name = a;
    update.text = quick;
    QVERIFY(await(session().update(update)));
    QCOMPARE(await(session().definition(a))->text, quick);
}

void SessionContract::aBrokenFileIsRestoredAndThatIsTakenBack()
{
    const QString a = name("a");
    add(a, sleeper);
    QCOMPARE(said(kindOf(await(session().restore(name("nobody"), true)))), said(ErrorKind::NoSuchService));
    QCOMPARE(said(kindOf(await(session().restore(a, true)))), said(ErrorKind::Refused)); // nothing is wrong with it
    m_host->emptyFile(a);
    QVERIFY(await(session().reload()));
    QCOMPARE(said(service(a).state), said(ServiceState::Invalid));

    auto good = await(session().restore(a, true));
    QVERIFY(good);
    QCOMPARE(good->text, sleeper);
    QCOMPARE(said(service(a).state), said(ServiceState::Invalid)); // it was only told
    good = await(session().restore(a, false));
    QVERIFY(good);
    QCOMPARE(good->text, sleeper);
    QCOMPARE(said(service(a).state), said(ServiceState::Stopped));
    QCOMPARE(await(session().definition(a))->text, sleeper);

    QVERIFY(await(session().undo()));
    QCOMPARE(await(session().definition(a))->text, QString());
}

void SessionContract::addRefusesANameThatIsTaken()
{
    add(name("a"), sleeper);
    AddRequest again;
    again.name = name("a");
    again.text = quick;
    QCOMPARE(said(kindOf(await(session().add(again)))), said(ErrorKind::Refused));
    QCOMPARE(await(session().definition(name("a")))->text, sleeper);
}

void SessionContract::anInvalidDefinitionIsRefused()
{
    AddRequest wrong;
    wrong.name = name("a");
    wrong.text = name("group = \"shop\"\n"); // no command
    const auto added = await(session().add(wrong));
    QCOMPARE(said(kindOf(added)), said(ErrorKind::InvalidDefinition));
    QVERIFY(!added.error().message.empty());
    QVERIFY(!exists(name("a")));

    add(name("b"), sleeper);
    UpdateRequest update;
    update.name = name("b");
    update.text = wrong.text;
    QCOMPARE(said(kindOf(await(session().update(update)))), said(ErrorKind::InvalidDefinition));
    QCOMPARE(await(session().definition(name("b")))->text, sleeper);
}

void SessionContract::checkNamesWhatIsWrongAndChangesNothing()
{
    auto found = await(session().check(name("a"), sleeper));
    QVERIFY(found);
    QVERIFY(found->isEmpty());
    found = await(session().check(name("a"), name("group = \"shop\"\n")));
    QVERIFY(found);
    QVERIFY(!found->isEmpty());
    QVERIFY(found->first().isError);
    QVERIFY(!found->first().message.isEmpty());
    QVERIFY(!exists(name("a")));
}

void SessionContract::definitionGivesTheTextAndItsFile()
{
    add(name("a"), sleeper);
    const auto definition = await(session().definition(name("a")));
    QVERIFY(definition);
    QCOMPARE(definition->name, name("a"));
    QCOMPARE(definition->text, sleeper);
    QVERIFY(definition->file.endsWith(QLatin1StringView("/services/a.toml")));
    QVERIFY(!definition->values.isEmpty());
}

void SessionContract::previewGivesASentenceAndTimes()
{
    const auto preview = await(session().previewSchedule(scheduled, 4));
    QVERIFY(preview);
    QVERIFY(!preview->sentence.isEmpty());
    QCOMPARE(preview->times.size(), 4);
    QVERIFY(std::is_sorted(preview->times.begin(), preview->times.end()));
    QCOMPARE(said(preview->times.at(1) - preview->times.at(0)), said(WallTime::duration(1h)));
    const auto wrong = await(session().previewSchedule(name("[schedule]\nevery = \"soon\"\n"), 4));
    QCOMPARE(said(kindOf(wrong)), said(ErrorKind::InvalidDefinition));
}

void SessionContract::reloadAnswers()
{
    const auto lines = await(session().reload());
    QVERIFY(lines);
    QVERIFY(lines->isEmpty());
}

void SessionContract::inspectMakesTheEditsAndChangesNothing()
{
    const QString text = name("# mine\ncommand = [\"sleep\", \"1000\"] # how long?\nautostart = false\n");
    add(name("a"), text);
    InspectRequest request;
    request.name = request.original = name("a");
    request.text = text;
    request.edits = {{name("restart.delay"), name("5s")}, {name("autostart"), QString()}, {name("group"), QString()}};
    const auto found = await(session().inspect(request));
    QVERIFY(found);
    QCOMPARE(found->text, name("# mine\ncommand = [\"sleep\", \"1000\"] # how long?\n\n[restart]\ndelay = \"5s\"\n"));
    QVERIFY(found->isValid);
    QCOMPARE(found->remarks, QList<Remark>());
    QCOMPARE(found->given, (QStringList{name("command"), name("restart.delay")}));
    QCOMPARE(found->values.value(QLatin1StringView("restart")).toObject().value(QLatin1StringView("delay")).toString(), name("5s"));
    QCOMPARE(found->commandLine, name("sleep 1000"));
    QVERIFY(found->executable.endsWith(QLatin1StringView("/sleep")));
    QCOMPARE(found->argumentCount, 1);
    QVERIFY(found->keys.contains(name("stop.timeout")));
    QCOMPARE(await(session().definition(name("a")))->text, text);
}

void SessionContract::inspectNamesTheKeyOfWhatIsWrong()
{
    InspectRequest request;
    request.name = name("a");
    request.edits = {{name("command"), name("\"no-such-program-here x\"")}, {name("schedule.cron"), name("\"61 * * * *\"")}};
    auto found = await(session().inspect(request));
    QVERIFY(found);
    QVERIFY(!found->isValid);
    QVERIFY(!found->remarks.isEmpty());
    QVERIFY(found->remarks.first().isError);
    QCOMPARE(found->remarks.first().key, name("schedule.cron"));
    QVERIFY(found->remarks.first().message.contains(QLatin1StringView("minute must be 0-59")));
    QCOMPARE(found->remarks.last().key, name("command"));
    QVERIFY(found->values.isEmpty());

    request.edits = {{name("command"), name("\"sleep 5 | sleep 6\"")}};
    found = await(session().inspect(request));
    QVERIFY(found && found->isValid);
    QCOMPARE(found->remarks.size(), 1);
    QVERIFY(found->remarks.first().fix.has_value());
    QVERIFY(*found->remarks.first().fix == (KeyEdit{name("shell"), name("true")}));

    // Without a command the defaults are known all the same.
    request.edits.clear();
    found = await(session().inspect(request));
    QVERIFY(found && !found->isValid);
    QCOMPARE(found->remarks.first().key, name("command"));
    QVERIFY(!found->values.isEmpty());
}

void SessionContract::inspectKnowsWhichNamesAreTaken()
{
    add(name("a"), sleeper);
    InspectRequest request;
    request.name = name("a");
    request.text = sleeper;
    auto found = await(session().inspect(request));
    QVERIFY(found && !found->isValid);
    QCOMPARE(found->remarks.first().key, name("name"));
    request.original = name("a");
    found = await(session().inspect(request));
    QVERIFY(found && found->isValid);
}

void SessionContract::aTriedCommandTellsItsOutputAndItsEnd()
{
    TURNSPIT_SKIP_QPROCESS_UNDER_TSAN();
    const auto id = await(session().beginTry({name("a"), counting}));
    QVERIFY(id);
    QByteArray output;
    TryPage last;
    while (!last.ended) {
        const auto page = await(session().followTry(*id, last.cursor));
        QVERIFY(page);
        last = *page;
        for (const TryOutput& piece : last.output) {
            QCOMPARE(piece.stream, 'o');
            output += piece.bytes;
        }
    }
    QByteArray expected;
    for (int n = 1; n <= 50; ++n)
        expected += QByteArray::number(n) + '\n';
    QCOMPARE(output, expected);
    QCOMPARE(last.cursor, expected.size());
    QCOMPARE(last.exitCode.value_or(-1), 0);
    QVERIFY(!last.signal);
    QCOMPARE(last.dropped, 0);
    QCOMPARE(last.reason, QString());
}

void SessionContract::aTriedCommandIsNoRunAndNoService()
{
    TURNSPIT_SKIP_QPROCESS_UNDER_TSAN();
    add(name("a"), quick);
    const auto id = await(session().beginTry({name("a"), failing}));
    QVERIFY(id);
    TryPage last;
    while (!last.ended) {
        const auto page = await(session().followTry(*id, last.cursor));
        QVERIFY(page);
        last = *page;
    }
    QCOMPARE(last.exitCode.value_or(-1), 1);
    const auto runs = await(session().runs({}));
    QVERIFY(runs);
    QVERIFY(runs->isEmpty());
    QCOMPARE(await(session().snapshot())->services.size(), 1);
    QCOMPARE(said(service(name("a")).state), said(ServiceState::Stopped));
}

void SessionContract::aTriedCommandIsStopped()
{
    TURNSPIT_SKIP_QPROCESS_UNDER_TSAN();
    const auto id = await(session().beginTry({QString(), sleeper}));
    QVERIFY(id);
    QVERIFY(await(session().stopTry(*id)));
    TryPage last;
    while (!last.ended) {
        const auto page = await(session().followTry(*id, last.cursor));
        QVERIFY(page);
        last = *page;
    }
    QVERIFY(!last.exitCode);
    QCOMPARE(last.signal.value_or(QString()), name("SIGTERM"));
    QCOMPARE(last.reason, name("stopped"));
    QVERIFY(await(session().stopTry(*id + 1000)));
    QVERIFY(!await(session().followTry(*id + 1000, 0)));
}

void SessionContract::aTryOfAnInvalidFileIsRefused()
{
    QCOMPARE(said(kindOf(await(session().beginTry({name("a"), name("group = \"x\"\n")})))), said(ErrorKind::InvalidDefinition));
}

} // namespace turnspit
