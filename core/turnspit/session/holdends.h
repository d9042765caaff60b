#pragma once

#include <turnspit/base/clock.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace turnspit {

/// When holds end by themselves. An end is a point of the wall clock: whoever sets the clock brings it nearer or takes
/// it farther away. Host thread.
class HoldEnds
{
public:
    /// `over` is called from the event loop, once for each end, which is not kept any more by then.
    using Over = std::function<void(const std::string& service, WallTime end)>;

    HoldEnds(Clock& clock, Over over);

    /// Null: it has none. False: it was so already.
    bool set(const std::string& service, std::optional<WallTime> end);

    [[nodiscard]] std::optional<WallTime> of(const std::string& service) const;
    [[nodiscard]] const std::map<std::string, WallTime>& all() const { return m_ends; }

    /// The wall clock was set, or the machine slept.
    void rearm();

    /// The host ends: from now on none is over, and the next host finds them as they are.
    void halt();

private:
    void look();

    Clock& m_clock;
    Over m_over;
    std::map<std::string, WallTime> m_ends;
    std::unique_ptr<ClockTimer> m_timer; ///< null: halted
};

} // namespace turnspit
