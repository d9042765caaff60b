#pragma once

#include "context.h"

#include <turnspit/control/counts.h>

#include <QList>
#include <QString>

#include <optional>

namespace turnspit::ctl {

/// A control socket that was found, and what answered there.
struct FoundHost
{
    enum class State {
        Answers, ///< it said who it is
        Silent,  ///< somebody listens, but does not answer, or turned us away
        Gone,    ///< nobody listens any more: it was killed, and its socket is left
    };

    QString name = {}; ///< `--host` takes it; of the main host: `turnspitd`, `turnspit`; "host" where it does not say
    QString what = {}; ///< `host`, `desktop`, `worker`
    State state = State::Gone;
    QString socket = {};
    QString error = {};            ///< why it does not answer; "" where it does
    std::optional<int> pid = {};   ///< where it does not say: the one in its lock, if that is known
    QString version = {};          ///< the rest is there where it answers
    std::optional<WallTime> since = {};
    ServiceCounts counts = {};
};

/// `answers`, `silent`, `gone`
[[nodiscard]] QString stateWord(FoundHost::State state);

/// A table, or with `json` an array of `{name, what, state, pid, version, since, services, running, waiting, failed, socket,
/// error}`: main hosts first, then workers by name. No host at all is no error.
void printHosts(OutputStream& out, QList<FoundHost> hosts, bool json, WallTime now, const Style& style);

} // namespace turnspit::ctl
