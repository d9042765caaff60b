#include <turnspit/schedule/schedule.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace turnspit;

void require(bool holds)
{
    if (!holds)
        std::abort();
}

const TimeZone& berlin()
{
    static const TimeZone zone = TimeZone::find("Europe/Berlin").value_or(TimeZone());
    return zone;
}

} // namespace

/// Whatever is given: an error that can be shown (one line, a column within the text), or an expression that runs, forward in time,
/// that reads back from its own text, and that has words.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto cron = Cron::parse(text);
    if (!cron) {
        const Error& error = cron.error();
        require(error.kind == ErrorKind::InvalidDefinition);
        require(error.column >= 1 && static_cast<std::size_t>(error.column) <= size + 1);
        require(!error.message.empty() && error.message.size() < size + 400);
        require(error.message.find_first_of(std::string_view("\n\r\0", 3)) == std::string::npos);
        return 0;
    }
    const auto again = Cron::parse(cron->text());
    require(again && *again == *cron);

    constexpr WallTime springForward = std::chrono::sys_days(std::chrono::year(2026) / 3 / 28);
    WallTime before = springForward;
    Schedule schedule;
    schedule.rule = *cron;
    for (const WallTime time : preview(schedule, berlin(), springForward, 20)) {
        require(time > before);
        require(cron->next(before, berlin()) == time);
        before = time;
    }
    require(before > springForward); // nothing that parses never runs
    require(cron->newest(springForward, before, berlin()) == before);
    require(!describe(schedule).empty());
    return 0;
}
