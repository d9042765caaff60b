// Logs.
#include "sessioncontract.h"

#include "contractvalues.h"

#include <support/await.h>
#include <support/said.h>

#include <QTest>

#include <algorithm>

namespace turnspit {

using namespace contract;

namespace {

LogQuery outputOf(const QString& service)
{
    LogQuery query;
    query.service = service;
    query.streams = name("o");
    return query;
}

} // namespace

std::optional<RunId> SessionContract::runToItsEnd(const QString& service)
{
    const auto begun = await(session().run(service, Trigger::Ctl));
    return begun && await(session().awaitRun(begun->id)) ? std::optional(begun->id) : std::nullopt;
}

/// It has said "first", which is in its log.
bool SessionContract::startTalker(const QString& service)
{
    add(service, QStringLiteral("command = %1\nautostart = false\n").arg(m_host->talkerCommand()));
    if (!act(Action::Start, {service}))
        return false;
    m_host->talk(service, "first");
    return textsOf(readUntil(outputOf(service), "first").entries).contains("first");
}

void SessionContract::aLogIsReadPageByPageToItsEnd()
{
    add(name("a"), counting);
    const auto begun = runToItsEnd(name("a"));
    QVERIFY(begun);

    LogQuery query = outputOf(name("a"));
    query.count = 7;
    QList<QByteArray> texts;
    QList<quint64> numbers;
    for (bool atEnd = false; !atEnd;) {
        const auto page = await(session().readLog(query));
        QVERIFY(page);
        QVERIFY(page->entries.size() <= 7);
        QVERIFY(!page->live);
        texts.append(textsOf(page->entries));
        for (const LogEntryInfo& entry : page->entries) {
            QCOMPARE(entry.stream, 'o');
            numbers.append(entry.n);
        }
        atEnd = page->atEnd;
        query.cursor = page->cursor;
        QVERIFY(texts.size() <= 50);
    }
    QList<QByteArray> expected;
    for (int n = 1; n <= 50; ++n)
        expected.append(QByteArray::number(n));
    QCOMPARE(texts, expected);
    QVERIFY(std::is_sorted(numbers.begin(), numbers.end()));

    // Behind the end there is nothing, and asking is not an error.
    const auto behind = await(session().readLog(query));
    QVERIFY(behind);
    QVERIFY(behind->entries.isEmpty());
    QVERIFY(behind->atEnd);

    query = outputOf(name("a"));
    query.run = begun;
    const auto slice = await(session().readLog(query));
    QVERIFY(slice);
    QCOMPARE(textsOf(slice->entries), expected);
}

void SessionContract::theLastEntriesOfALogAreRead()
{
    add(name("a"), counting);
    QVERIFY(runToItsEnd(name("a")));
    LogQuery query = outputOf(name("a"));
    query.last = 3;
    const auto page = await(session().readLog(query));
    QVERIFY(page);
    QCOMPARE(textsOf(page->entries), (QList<QByteArray>{"48", "49", "50"}));
    QVERIFY(page->atEnd);
}

void SessionContract::aLogIsSearched()
{
    add(name("a"), counting);
    for (int n = 0; n < 2; ++n)
        QVERIFY(runToItsEnd(name("a")));
    LogQuery query = outputOf(name("a"));
    query.grep = name("^4[12]$");
    const auto page = await(session().readLog(query));
    QVERIFY(page);
    QCOMPARE(textsOf(page->entries), (QList<QByteArray>{"41", "42", "41", "42"})); // all runs are searched
}

void SessionContract::aLogIsReadAndSearchedByNumber()
{
    const QString a = name("a");
    add(a, counting);
    QVERIFY(runToItsEnd(a));
    const auto last = runToItsEnd(a);
    QVERIFY(last);
    LogExtentQuery where;
    where.service = a;
    where.allRuns = true;
    const auto whole = await(session().logExtent(where));
    QVERIFY(whole);
    QVERIFY(whole->end - whole->first >= 100);
    QVERIFY(whole->bytes > 0);
    where.allRuns = false;
    where.run = last;
    const auto run = await(session().logExtent(where));
    QVERIFY(run);
    QVERIFY(!run->live);
    QVERIFY(run->first > whole->first);
    QVERIFY(run->end <= whole->end);

    LogFind find;
    find.service = a;
    find.pattern = name("^4[12]$");
    find.streams = name("o");
    find.first = whole->first;
    find.end = whole->end;
    QList<quint64> lines;
    while (find.first < find.end) {
        const auto found = await(session().findInLog(find));
        QVERIFY(found);
        QVERIFY(found->next > find.first);
        for (const LogSpan& span : found->lines) {
            for (quint64 n = span.first; n < span.end(); ++n)
                lines.append(n);
        }
        find.first = found->next;
    }
    QCOMPARE(lines.size(), 4);
    find.first = run->first;
    find.end = run->end;
    const auto inRun = await(session().findInLog(find));
    QVERIFY(inRun);
    QCOMPARE(inRun->lines, (QList<LogSpan>{{lines[2], 2}}));

    LogQuery query;
    query.service = a;
    query.spans = {{lines[0], 1}, {lines[2] - 1, 3}};
    const auto page = await(session().readLog(query));
    QVERIFY(page);
    QCOMPARE(textsOf(page->entries), (QList<QByteArray>{"41", "40", "41", "42"}));
    QCOMPARE(page->entries.last().n, lines[3]);
    query.spans = {{whole->end + 5, 10}};
    const auto behind = await(session().readLog(query));
    QVERIFY(behind);
    QVERIFY(behind->entries.isEmpty() && behind->atEnd);

    find.pattern = name("(");
    QCOMPARE(said(kindOf(await(session().findInLog(find)))), said(ErrorKind::Protocol));
    find.service = where.service = name("nobody");
    where.run.reset();
    QCOMPARE(said(kindOf(await(session().findInLog(find)))), said(ErrorKind::NoSuchService));
    QCOMPARE(said(kindOf(await(session().logExtent(where)))), said(ErrorKind::NoSuchService));
}

void SessionContract::theExtentOfALogWaitsUntilItGrows()
{
    const QString a = name("a");
    QVERIFY(startTalker(a));
    LogExtentQuery where;
    where.service = a;
    const auto now = await(session().logExtent(where));
    QVERIFY(now);
    QVERIFY(now->live);
    where.behind = now->end;
    Begun waiting(session().logExtent(where));
    QVERIFY(await(session().hostStatus()));
    QVERIFY(!waiting.isDone());
    m_host->talk(a, "second");
    const auto& grown = waiting.value();
    QVERIFY(grown);
    QVERIFY(grown->end > now->end);
    QCOMPARE(grown->first, now->first);
}

void SessionContract::followWaitsUntilAnEntryArrives()
{
    const QString a = name("a");
    QVERIFY(startTalker(a));
    LogQuery query = outputOf(a);
    query.last = 0; // from here on
    const auto here = await(session().readLog(query));
    QVERIFY(here);
    QVERIFY(here->live);
    query.cursor = here->cursor;
    Begun waiting(session().followLog(query));
    QVERIFY(await(session().hostStatus()));
    QVERIFY(!waiting.isDone());
    m_host->talk(a, "second");
    const auto& page = waiting.value();
    QVERIFY(page);
    QCOMPARE(textsOf(page->entries), QList<QByteArray>{"second"});
}

void SessionContract::theWholeLogIsFollowedFromBeforeTheFirstRunOn()
{
    const QString a = name("a");
    add(a, counting);
    LogQuery query = outputOf(a);
    query.allRuns = true;
    query.last = 20;
    for (int runs = 0; runs < 2; ++runs) { // also when one is over
        const auto here = await(session().readLog(query));
        QVERIFY(here);
        QVERIFY(here->live);
        LogQuery more = outputOf(a);
        more.allRuns = true;
        more.cursor = here->cursor;
        Begun waiting(session().followLog(more));
        QVERIFY(await(session().hostStatus()));
        QVERIFY(!waiting.isDone());
        QVERIFY(runToItsEnd(a));
        const auto& page = waiting.value();
        QVERIFY(page);
        QVERIFY(!page->entries.isEmpty());
        const auto last = await(session().readLog(query));
        QVERIFY(last);
        QCOMPARE(textsOf(last->entries).last(), QByteArray("50"));
    }
}

void SessionContract::followEndsWithItsRun()
{
    const QString a = name("a");
    add(a, sleeper);
    QVERIFY(act(Action::Start, {a}));
    Begun waiting(session().followLog(outputOf(a)));
    QVERIFY(await(session().hostStatus()));
    QVERIFY(!waiting.isDone());
    QVERIFY(act(Action::Stop, {a}));
    const auto& page = waiting.value();
    QVERIFY(page);
    QVERIFY(page->entries.isEmpty());
    QVERIFY(!page->live);
}

} // namespace turnspit
