#include <turnspit/keep/protocol.h>

#include <QTest>

using namespace turnspit;
using namespace turnspit::keep;

namespace {

Spawn fullSpawn()
{
    Spawn m;
    m.run = RunId{41};
    m.service = "shop-mailer";
    m.executable = "/usr/bin/node";
    m.arguments = {"node", "worker.js", "", "ä"};
    m.environment = {"A=1", "B="};
    m.workingDirectory = "/srv/shop";
    m.umask = 077;
    m.log = {false, "/state/logs/shop-mailer", 1, 2, Milliseconds(3)};
    m.stopSignal = 2;
    m.stopCommand = {"/bin/stop", "now"};
    m.successExitCodes = {0, 3, -1};
    m.trigger = Trigger::CatchUp;
    m.attempt = 7;
    m.stopTimeout = Milliseconds(1234);
    return m;
}

Ended fullEnded()
{
    Ended m;
    m.run = RunId{41};
    m.service = "s";
    m.pid = 812;
    m.trigger = Trigger::Ctl;
    m.attempt = 2;
    m.began = WallTime(std::chrono::microseconds(1'795'000'000'123'456));
    m.ended = WallTime(std::chrono::microseconds(-5));
    m.outcome = Outcome::Killed;
    m.exitCode = -1;
    m.signal = 9;
    m.reason = "did not stop within 10s; killed";
    m.cpuMicroseconds = 123;
    m.peakMemory = 1ULL << 40U;
    m.logLines = 9;
    m.logBegin = {3, 14};
    m.logEnd = {4, 0};
    m.alive = {5, 6};
    return m;
}

} // namespace

class TestKeepProtocol : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyFieldOfASpawnSurvivesTheWay()
    {
        const Spawn sent = fullSpawn();
        HostDecoder decoder;
        decoder.feed(encode(HostMessage(sent)));
        auto got = decoder.next();
        QVERIFY(got && *got);
        const auto& m = std::get<Spawn>(**got);
        QCOMPARE(m.run.value, sent.run.value);
        QCOMPARE(m.service, sent.service);
        QCOMPARE(m.executable, sent.executable);
        QVERIFY(m.arguments == sent.arguments);
        QVERIFY(m.environment == sent.environment);
        QCOMPARE(m.workingDirectory, sent.workingDirectory);
        QCOMPARE(m.umask, sent.umask);
        QCOMPARE(m.log.capture, false);
        QCOMPARE(m.log.folder, sent.log.folder);
        QVERIFY(m.log.maxAge == Milliseconds(3));
        QCOMPARE(m.stopSignal, 2);
        QVERIFY(m.stopCommand == sent.stopCommand);
        QVERIFY(m.successExitCodes == sent.successExitCodes);
        QVERIFY(m.trigger == Trigger::CatchUp);
        QCOMPARE(m.attempt, 7U);
        QVERIFY(m.stopTimeout == Milliseconds(1234));
    }

    void everyFieldOfAnEndSurvivesTheWay()
    {
        const Ended sent = fullEnded();
        KeeperDecoder decoder;
        decoder.feed(encode(KeeperMessage(sent)));
        auto got = decoder.next();
        QVERIFY(got && *got);
        const auto& m = std::get<Ended>(**got);
        QCOMPARE(m.service, sent.service);
        QCOMPARE(m.pid, 812);
        QVERIFY(m.began == sent.began && m.ended == sent.ended);
        QVERIFY(m.outcome == Outcome::Killed);
        QCOMPARE(m.exitCode, -1);
        QCOMPARE(m.signal, 9);
        QCOMPARE(m.reason, sent.reason);
        QCOMPARE(m.peakMemory, sent.peakMemory);
        QVERIFY(m.logBegin == sent.logBegin && m.logEnd == sent.logEnd);
        QVERIFY(m.alive == sent.alive);
    }

    void messagesComeOutWholeHoweverTheBytesAreCut()
    {
        std::string bytes;
        encode(HostMessage(Hello{1, "host", 5}), bytes);
        encode(HostMessage(fullSpawn()), bytes);
        encode(HostMessage(Stop{RunId{41}, StopWhy::TimeOut, Milliseconds(5)}), bytes);
        encode(HostMessage(Mark{"s", {}, "text"}), bytes);
        encode(HostMessage(Watch{"s", false}), bytes);
        encode(HostMessage(Acknowledge{RunId{1}}), bytes);
        encode(HostMessage(Prune{"s", {}}), bytes);
        encode(HostMessage(Goodbye{}), bytes);
        for (const std::size_t piece : {1UZ, 3UZ, 7UZ, bytes.size()}) {
            HostDecoder decoder;
            std::vector<std::size_t> kinds;
            for (std::size_t at = 0; at < bytes.size(); at += piece) {
                decoder.feed(std::string_view(bytes).substr(at, piece));
                while (true) {
                    auto got = decoder.next();
                    QVERIFY(got.has_value());
                    if (!*got)
                        break;
                    kinds.push_back((*got)->index());
                }
            }
            QVERIFY((kinds == std::vector<std::size_t>{0, 1, 2, 3, 4, 5, 6, 7}));
        }
    }

    void everyKeeperMessageGoesRound()
    {
        LiveRun live;
        live.run = RunId{3};
        live.service = "s";
        live.startTime = 99;
        live.stopping = true;
        const std::vector<KeeperMessage> all{Welcome{1, 5, {live, live}, true},
                                             Refused{"no"},
                                             Began{live},
                                             SpawnFailed{RunId{3}, SpawnStep::Exec, 2},
                                             Stopping{RunId{3}, {}, {}},
                                             Killing{RunId{3}, "killed on demand"},
                                             fullEnded(),
                                             Wrote{"s", {1, 2}},
                                             NotKept{28}};
        KeeperDecoder decoder;
        for (const KeeperMessage& m : all)
            decoder.feed(encode(m));
        for (const KeeperMessage& m : all) {
            auto got = decoder.next();
            QVERIFY(got && *got);
            QCOMPARE((*got)->index(), m.index());
            QCOMPARE(encode(**got), encode(m));
        }
    }

    void unknownBytesAtTheEndAreSkipped()
    {
        std::string frame = encode(HostMessage(Acknowledge{RunId{41}}));
        frame += "later";
        frame[0] = static_cast<char>(frame.size() - 4);
        HostDecoder decoder;
        decoder.feed(frame);
        auto got = decoder.next();
        QVERIFY(got && *got);
        QVERIFY(std::get<Acknowledge>(**got).run == RunId{41});
    }

    void everyTruncationOfAMessageIsRefused()
    {
        const std::string whole = encode(HostMessage(fullSpawn()));
        for (std::size_t size = 6; size < whole.size(); ++size) {
            std::string cut = whole.substr(0, size);
            const std::size_t length = size - 4;
            cut[0] = static_cast<char>(length & 0xffU);
            cut[1] = static_cast<char>((length >> 8U) & 0xffU);
            HostDecoder decoder;
            decoder.feed(cut);
            auto got = decoder.next();
            QVERIFY(!got);
            QCOMPARE(got.error().kind, ErrorKind::Protocol);
        }
    }

    void aFrameThatIsTooLongIsRefusedBeforeItIsRead()
    {
        HostDecoder decoder;
        decoder.feed(std::string_view("\x01\x00\x80\x00", 4));
        auto got = decoder.next();
        QVERIFY(!got);
        decoder.feed(encode(HostMessage(Goodbye{})));
        QVERIFY(!decoder.next());
    }

    void garbageIsRefusedOrWaitedForButNeverMore()
    {
        std::uint32_t seed = 12345;
        for (int round = 0; round < 2000; ++round) {
            std::string frame = encode(HostMessage(fullSpawn()));
            for (int i = 0; i < 4; ++i) {
                seed = seed * 1664525U + 1013904223U;
                frame[(seed >> 8U) % frame.size()] = static_cast<char>(seed >> 24U);
            }
            HostDecoder decoder;
            decoder.feed(frame);
            while (true) {
                auto got = decoder.next();
                if (!got || !*got)
                    break;
            }
        }
    }

    void aKindOrEnumerationOutOfRangeIsRefused()
    {
        std::string frame = encode(HostMessage(Stop{RunId{1}, StopWhy::TimeOut, Milliseconds(1)}));
        frame[4 + 2 + 8] = 3;
        HostDecoder decoder;
        decoder.feed(frame);
        QVERIFY(!decoder.next());

        HostDecoder wrongSide;
        wrongSide.feed(encode(KeeperMessage(Refused{"x"})));
        QVERIFY(!wrongSide.next());
    }
};

QTEST_APPLESS_MAIN(TestKeepProtocol)
#include "tst_keep_protocol.moc"
