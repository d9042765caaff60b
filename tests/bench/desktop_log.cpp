// Figures of the log view over the real engine in this process (LocalSession): how long a large log takes to open, to filter and to
// be gone through, and how late the GUI thread ever is while a service floods.
//
// usage: turnspit-bench-desktop-log [MEGABYTES] [LINES_A_SECOND] [SECONDS]     (1000 100000 8)
//        with TURNSPIT_BIN, the folder of turnspit-keep, and QT_QPA_PLATFORM=offscreen where there is no screen

#include <contract/localcontracthost.h>
#include <ui/logs/logfeed.h>
#include <ui/logs/logpane.h>
#include <ui/logs/logview.h>

#include <QAbstractButton>
#include <QApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QLineEdit>
#include <QScrollBar>
#include <QTimer>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <utility>
#include <vector>

#include <unistd.h>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

/// The child: so many numbered lines a second, every tenth to stderr, some in colour.
int flood(int rate, int seconds)
{
    constexpr int slices = 100;
    timespec next{};
    ::clock_gettime(CLOCK_MONOTONIC, &next);
    std::string out;
    std::string err;
    long n = 0;
    for (int slice = 0; slice < seconds * slices; ++slice) {
        out.clear();
        err.clear();
        for (int i = 0; i < rate / slices; ++i, ++n)
            (n % 10 == 3 ? err : out) += std::to_string(n) + (n % 7 == 0 ? " \x1b[32mGET\x1b[0m /cart 200 12ms\n" : " a line of the flood, as long as lines are\n");
        for (const auto& [fd, text] : {std::pair{1, &out}, std::pair{2, &err}}) {
            for (std::size_t done = 0; done < text->size();) {
                const ssize_t wrote = ::write(fd, text->data() + done, text->size() - done);
                if (wrote < 0)
                    return 1;
                done += static_cast<std::size_t>(wrote);
            }
        }
        next.tv_nsec += 1'000'000'000 / slices;
        if (next.tv_nsec >= 1'000'000'000) {
            next.tv_nsec -= 1'000'000'000;
            ++next.tv_sec;
        }
        ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, nullptr);
    }
    return 0;
}

class BenchHost final : public LocalContractHost
{
public:
    BenchHost() : LocalContractHost(Own) {}

    void add(const QString& name, const QString& text)
    {
        AddRequest request;
        request.name = name;
        request.text = text;
        request.start = false;
        const auto added = await(session().add(request));
        if (!added || !added->ok)
            qFatal("the service %s cannot be added", qPrintable(name));
    }

    [[nodiscard]] QString logFolder(const QString& name) const
    {
        return QString::fromStdString(m_options.places.state) + QStringLiteral("/logs/") + name;
    }
};

/// One segment of so many MB, a line a millisecond; the number of its lines.
quint64 generate(const QString& folder, qint64 megabytes)
{
    QDir().mkpath(folder);
    QFile file(folder + QStringLiteral("/00000001.log"));
    if (!file.open(QIODevice::WriteOnly))
        qFatal("cannot write %s", qPrintable(file.fileName()));
    const WallTime begin(std::chrono::sys_days(std::chrono::year(2026) / 11 / 22));
    QByteArray block;
    quint64 n = 0;
    while (file.pos() < megabytes * 1'000'000) {
        block.clear();
        for (int i = 0; i < 20'000; ++i, ++n) {
            block += QByteArray::fromStdString(formatRfc3339(begin + std::chrono::milliseconds(n)));
            block += n % 10 == 3 ? " e | " : " o | ";
            block += QByteArray::number(n);
            block += n % 100'000 == 77 ? " Error: connect ETIMEDOUT 10.0.0.4:5432" : " GET /cart 200 12ms, nothing out of the ordinary here";
            block += '\n';
        }
        file.write(block);
    }
    return n;
}

/// How late a timer of 1 ms comes.
class Gaps
{
public:
    Gaps()
    {
        m_timer.setTimerType(Qt::PreciseTimer);
        QObject::connect(&m_timer, &QTimer::timeout, &m_timer, [this] {
            m_gaps.push_back(static_cast<double>(m_since.nsecsElapsed()) / 1e6);
            m_since.start();
            const double now = worked();
            m_longest = std::max(m_longest, now - std::exchange(m_worked, now));
        });
        m_since.start();
        m_timer.start(1);
    }

    void print(const char* what)
    {
        std::sort(m_gaps.begin(), m_gaps.end());
        if (!m_gaps.empty())
            std::printf("%-38s p50 %.1f ms, p99 %.1f ms, max %.1f ms (%zu turns); most CPU in a turn %.1f ms\n", what, m_gaps[m_gaps.size() / 2],
                        m_gaps[m_gaps.size() * 99 / 100], m_gaps.back(), m_gaps.size(), m_longest);
        m_gaps.clear();
        m_longest = 0;
        m_worked = worked();
        m_since.start();
    }

private:
    /// CPU time of this thread, in ms: what a turn costs where others keep the machine busy, too.
    static double worked()
    {
        timespec time{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
    }

    QTimer m_timer;
    QElapsedTimer m_since;
    std::vector<double> m_gaps;
    double m_worked = worked();
    double m_longest = 0;
};

long residentKib()
{
    QFile status(QStringLiteral("/proc/self/status"));
    if (!status.open(QIODevice::ReadOnly))
        return 0;
    for (const QByteArray& line : status.readAll().split('\n')) {
        if (line.startsWith("VmRSS:"))
            return line.mid(6).simplified().split(' ').first().toLong();
    }
    return 0;
}

template <class Condition>
double until(Condition done, int seconds = 120)
{
    QElapsedTimer timer;
    timer.start();
    while (!done() && timer.elapsed() < seconds * 1000)
        QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents, 20);
    return static_cast<double>(timer.nsecsElapsed()) / 1e6;
}

bool endIsShown(LogPane& pane)
{
    const LogFeed& feed = pane.feed();
    return feed.isLoaded() && feed.rows() > 0 && feed.line(feed.lineAt(feed.rows() - 1)) != nullptr;
}

int number(const char* text, int otherwise)
{
    return text ? std::atoi(text) : otherwise;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc == 4 && std::string_view(argv[1]) == "--flood")
        return flood(std::atoi(argv[2]), std::atoi(argv[3]));

    QApplication app(argc, argv);
    const int megabytes = number(argc > 1 ? argv[1] : nullptr, 1000);
    const int rate = number(argc > 2 ? argv[2] : nullptr, 100'000);
    const int seconds = number(argc > 3 ? argv[3] : nullptr, 8);
    BenchHost host;
    host.add(QStringLiteral("large"), QStringLiteral("command = \"true\"\nautostart = false\n[log]\nmax_size = \"4GB\"\nsegment_size = \"2GB\"\n"));
    host.add(QStringLiteral("small"), QStringLiteral("command = \"true\"\nautostart = false\n"));
    host.add(QStringLiteral("flood"),
             QStringLiteral("command = [\"%1\", \"--flood\", \"%2\", \"%3\"]\nautostart = false\n[log]\nmax_size = \"1GB\"\n")
                 .arg(QCoreApplication::applicationFilePath())
                 .arg(rate)
                 .arg(seconds));
    const quint64 lines = generate(host.logFolder(QStringLiteral("large")), megabytes);
    std::printf("log of %d MB, %llu lines in one segment\n", megabytes, static_cast<unsigned long long>(lines));

    LogPane pane(host.session());
    pane.resize(1000, 700);
    pane.show();
    pane.open(QStringLiteral("small"));
    (void)until([&] { return pane.feed().isLoaded(); });
    Gaps gaps;

    // Opened for the first time, without an index; and again, with the one that was left beside the segment.
    pane.open(QStringLiteral("large"));
    std::printf("open, no index                         %.0f ms until the end is shown", until([&] { return endIsShown(pane); }));
    std::printf(", %.0f ms more until all is indexed\n", until([&] { return pane.feed().rows() == static_cast<qint64>(lines); }));
    pane.open(QStringLiteral("small"));
    (void)until([&] { return pane.feed().isLoaded(); });
    pane.open(QStringLiteral("large"));
    std::printf("open again                             %.0f ms\n", until([&] { return endIsShown(pane); }));
    gaps.print("GUI gap while opening");

    QScrollBar& bar = *pane.view()->verticalScrollBar();
    double worst = 0;
    for (int i = 1; i < 40; ++i) {
        bar.setValue(static_cast<int>(lines * static_cast<quint64>(i * 17 % 40) / 40));
        worst = std::max(worst, until([&] { return pane.feed().line(pane.view()->topLine()) != nullptr; }));
    }
    std::printf("a line anywhere                        %.0f ms at worst of 39\n", worst);
    gaps.print("GUI gap while going anywhere");

    auto& filter = *pane.findChild<QLineEdit*>(QStringLiteral("logFilter"));
    auto& regex = *pane.findChild<QAbstractButton*>(QStringLiteral("logFilterRegex"));
    for (const auto& [text, isRegex] : {std::pair{"Error", false}, std::pair{"cart", false}, std::pair{"E[a-z]+: connect .*:54\\d+$", true}}) {
        filter.clear();
        pane.view()->setFollowing(true);
        regex.setChecked(isRegex);
        QElapsedTimer timer;
        timer.start();
        filter.setText(QString::fromLatin1(text));
        const double first = until([&] { return pane.feed().rows() > 0 && endIsShown(pane); });
        (void)until([&] { return pane.feed().search().isComplete(); });
        const double all = static_cast<double>(timer.nsecsElapsed()) / 1e6;
        std::printf("filter %-31s %.0f ms to the first hits, %.0f ms to all of %lld\n", text, first, all, static_cast<long long>(pane.feed().rows()));
    }
    gaps.print("GUI gap while filtering");
    std::printf("memory with the large log              %ld MiB\n", residentKib() / 1024);
    filter.clear();

    pane.open(QStringLiteral("flood"));
    (void)until([&] { return pane.feed().isLoaded(); });
    ActionRequest start;
    start.action = Action::Start;
    start.names = {QStringLiteral("flood")};
    (void)await(host.session().act(start));
    gaps.print("GUI gap until it began");
    const auto wanted = static_cast<qint64>(rate) * seconds;
    const double took = until([&] { return pane.feed().rows() >= wanted; }, seconds * 3);
    std::printf("flood of %d lines/s: %lld lines shown after %.1f s, following: %s\n", rate, static_cast<long long>(pane.feed().rows()), took / 1000,
                pane.view()->isFollowing() ? "yes" : "no");
    gaps.print("GUI gap during the flood");
    std::printf("memory after the flood                 %ld MiB\n", residentKib() / 1024);
    return 0;
}
