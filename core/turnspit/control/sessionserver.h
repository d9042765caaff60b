#pragma once

#include <turnspit/async/task.h>
#include <turnspit/base/error.h>

#include <functional>
#include <memory>

namespace turnspit {

class HostSession;

/// One way in which clients reach the engine's session: the control socket, the window of this process. Made, used and destroyed on
/// the host thread; the engine owns it, and destroys it before the session.
class SessionServer
{
public:
    virtual ~SessionServer() = default;

    /// The host has stopped everything: tell the clients what is still to tell, then let go of them.
    virtual Task<> finish() = 0;
};

/// `subscribers(n)`: so many clients look at this server's deltas now; usage is sampled more often while anybody does.
using SessionServerFactory =
    std::function<Result<std::unique_ptr<SessionServer>>(HostSession& session, std::function<void(int)> subscribers)>;

} // namespace turnspit
