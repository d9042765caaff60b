#include <ctl/outputstream.h>

#include <QTest>

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>

using namespace turnspit::ctl;

class tst_ctl_outputstream : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { std::signal(SIGPIPE, SIG_IGN); }

    void smallWritesAreGathered()
    {
        int writes = 0;
        std::string text;
        OutputStream out([&](std::string_view bytes) {
            ++writes;
            text += bytes;
            return 0;
        });
        for (int i = 0; i < 1000; ++i)
            out.write("0123456789");
        QCOMPARE(writes, 0);
        out.flush();
        QCOMPARE(writes, 1);
        QCOMPARE(text.size(), std::size_t(10'000));
        out.flush();
        QCOMPARE(writes, 1);
    }

    void aReaderThatHasGoneIsSeenAndNothingMoreIsWritten()
    {
        int ends[2];
        QCOMPARE(::pipe(ends), 0);
        ::close(ends[0]);
        OutputStream out(OutputStream::toDescriptor(ends[1]));
        out.write("x");
        QVERIFY(out.isOpen());
        out.flush();
        QVERIFY(!out.isOpen());
        QCOMPARE(out.error(), EPIPE);
        out.write("y");
        out.flush();
        QCOMPARE(out.error(), EPIPE);
        ::close(ends[1]);
    }

    void aFullDiskIsAnError()
    {
        const int full = ::open("/dev/full", O_WRONLY);
        if (full < 0)
            QSKIP("no /dev/full here");
        OutputStream out(OutputStream::toDescriptor(full));
        out.write("x");
        out.flush();
        QCOMPARE(out.error(), ENOSPC);
        ::close(full);
    }
};

QTEST_GUILESS_MAIN(tst_ctl_outputstream)
#include "tst_ctl_outputstream.moc"
