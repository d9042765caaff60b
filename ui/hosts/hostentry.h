#pragma once

#include <turnspit/base/time.h>

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
    int services = 0;           ///< as the next two while it answers; the last known afterwards
    int running = 0;            ///< or waiting for their time
    int failed = 0;

    [[nodiscard]] bool isOver() const { return state == State::Ended || state == State::Killed; }
    bool operator==(const HostEntry&) const = default;
};

} // namespace turnspit
