#pragma once

#include <turnspit/async/task.h>
#include <turnspit/base/places.h>

#include <QString>

#include <functional>
#include <memory>

namespace turnspit {
class HostSession;
}

namespace turnspit::desktop {

/// The session of the window with everything that keeps it going. Main thread; destroyed after the window.
class OpenSession
{
public:
    virtual ~OpenSession() = default;
    OpenSession(const OpenSession&) = delete;
    OpenSession& operator=(const OpenSession&) = delete;

    [[nodiscard]] virtual HostSession& session() = 0;

    /// What the window says as long as no host answers.
    [[nodiscard]] virtual QString noHostHint() const = 0;

    /// Before the program ends: a host of this process stops its services. The program's exit code.
    [[nodiscard]] virtual Task<int> close() = 0;

    std::function<void(const QString& hint)> onHint; ///< noHostHint is another now
    std::function<void()> onEnd;                     ///< the host was asked to end: so does the program

protected:
    OpenSession() = default;
};

/// The host that the window shows: the one that has the state folder of these places, else one in this process. An Error where there
/// is none and none can be made. Begins with the event loop, never waits.
[[nodiscard]] Result<std::unique_ptr<OpenSession>> makeSession(const Places& places);

} // namespace turnspit::desktop
