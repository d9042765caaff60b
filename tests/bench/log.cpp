// What a log call costs: `turnspit-bench-log [ROUNDS]`. A level that is off against the least that such a question can cost, a load and a
// comparison; a level that is on against formatting alone. Exit 1 where the former is no few nanoseconds any more.
#include <turnspit/logging/logger.h>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

using namespace turnspit;

namespace {

struct Benchmark
{};

class NoSink final : public LogSink
{
public:
    void write(const LogRecord& record) noexcept override { bytes += record.text.size() + record.fields.size(); }
    std::size_t bytes = 0;
};

/// The best of several: others on the machine only ever add to it.
template <class Work>
double nanoseconds(std::size_t rounds, Work work)
{
    double best = 1e9;
    for (int repeat = 0; repeat < 7; ++repeat) {
        const auto begin = std::chrono::steady_clock::now();
        for (std::size_t i = 0; i < rounds; ++i) {
            work(i);
            asm volatile("" ::: "memory"); // each round for itself
        }
        const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
        best = std::min(best, took.count() / static_cast<double>(rounds));
    }
    return best;
}

} // namespace

int main(int argc, char** argv)
{
    const std::size_t rounds = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 2'000'000;
    LoggerFactory factory;
    const auto sink = std::make_shared<NoSink>();
    factory.addSink(sink);
    const Logger<Benchmark> log(factory);
    const std::string city = "New York";
    std::atomic<int> level = 2;
    std::size_t heard = 0;

    const double empty = nanoseconds(rounds, [](std::size_t) {});
    const double question = nanoseconds(rounds, [&](std::size_t) { heard += level.load(std::memory_order_relaxed) > 2 ? 1 : 0; });
    const double off = nanoseconds(rounds, [&](std::size_t i) { log.debug("{} rows", i); });
    const double offNamed = nanoseconds(rounds, [&](std::size_t i) { log.debug("{} rows", i, kv("id", i), kv("city", city), EventId(7)); });
    const Logger<Benchmark> scoped = log.with(kv("order", 7));
    const double offScoped = nanoseconds(rounds, [&](std::size_t i) { scoped.debug("{} rows", i); });
    const double formatting = nanoseconds(rounds / 10, [&](std::size_t i) { heard += fmt::format("{} rows", i).size(); });
    const double on = nanoseconds(rounds / 10, [&](std::size_t i) { log.info("{} rows", i); });
    const double onScoped = nanoseconds(rounds / 10, [&](std::size_t i) { scoped.info("{} rows", i); });
    const double onNamed = nanoseconds(rounds / 10, [&](std::size_t i) { log.info("{} rows", i, kv("id", i), kv("city", city), EventId(7)); });

    std::printf("an empty round                       %8.2f ns\n", empty);
    std::printf("load and compare                     %8.2f ns\n", question);
    std::printf("level off                            %8.2f ns\n", off);
    std::printf("level off, two named values          %8.2f ns\n", offNamed);
    std::printf("level off, a logger with a value     %8.2f ns\n", offScoped);
    std::printf("format a text                        %8.2f ns\n", formatting);
    std::printf("level on, a sink that does nothing   %8.2f ns\n", on);
    std::printf("level on, two named values           %8.2f ns\n", onNamed);
    std::printf("level on, a logger with a value      %8.2f ns\n", onScoped);
    const double worst = std::max({off, offNamed, offScoped});
    const double limit = 10 * std::max(question, 0.5);
    std::printf("level off is %.1f times load and compare (at most 10); %zu bytes\n", worst / std::max(question, 0.5), sink->bytes + heard);
    return worst <= limit ? 0 : 1;
}
