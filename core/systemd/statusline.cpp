#include <systemd/statusline.h>

#include <initializer_list>

namespace turnspit {

namespace {

int sum(const StateCounts& counts, std::initializer_list<ServiceState> states)
{
    int out = 0;
    for (const ServiceState state : states) {
        if (const auto found = counts.find(state); found != counts.end())
            out += found->second;
    }
    return out;
}

std::string services(int count)
{
    return std::to_string(count) + (count == 1 ? " service" : " services");
}

} // namespace

std::string runningLine(const StateCounts& counts)
{
    using enum ServiceState;
    const int running = sum(counts, {Running});
    std::string out = running == 0 ? "no service running" : services(running) + " running";
    struct Part
    {
        ServiceState state;
        const char* words;
    };
    for (const Part part : {Part{Starting, "starting"}, Part{Waiting, "waiting"}, Part{BackingOff, "to be tried again"},
                            Part{Stopping, "stopping"}, Part{Failed, "failed"}, Part{Invalid, "invalid"}}) {
        if (const int count = sum(counts, {part.state}); count > 0)
            out += ", " + std::to_string(count) + " " + part.words;
    }
    return out;
}

std::string stoppingLine(const StateCounts& counts)
{
    using enum ServiceState;
    const int left = sum(counts, {Starting, Running, Stopping});
    return left == 0 ? "Stopping" : "Stopping: " + services(left) + " left";
}

} // namespace turnspit
