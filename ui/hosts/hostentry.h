#pragma once

#include <turnspit/base/time.h>
#include <turnspit/control/counts.h>

#include <QString>

#include <optional>

namespace turnspit {

/// One host of the side list: the one of this computer, or a program that shows its services.
struct HostEntry
{
    enum class State {
        Answers,
        Silent, ///< connected before, or being connected to, and not answering
        Ended,  ///< it said good-bye
        Killed, ///< it did not
    };

    QString key;  ///< "": this computer's own
    QString name;
    State state = State::Answers;
    std::optional<WallTime> at; ///< when it ended or was killed
    ServiceCounts counts;       ///< the last known ones where it does not answer

    [[nodiscard]] bool isOver() const { return state == State::Ended || state == State::Killed; }
    bool operator==(const HostEntry&) const = default;
};

} // namespace turnspit
