#pragma once

#include <turnspit/base/places.h>

#include <QString>

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

protected:
    OpenSession() = default;
};

/// The host that the window shows: the one that listens in these places. Where none does, it is tried again until one does.
/// Begins with the event loop, never waits.
[[nodiscard]] std::unique_ptr<OpenSession> makeSession(const Places& places);

} // namespace turnspit::desktop
