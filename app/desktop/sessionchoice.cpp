#include "sessionchoice.h"

#include "attachedhost.h"
#include "localhost.h"

namespace turnspit::desktop {

Result<std::unique_ptr<OpenSession>> makeSession(const Places& places)
{
    auto local = openLocalHost(places);
    if (!local && local.error().kind == ErrorKind::Refused)
        return attachToHost(places);
    return local;
}

} // namespace turnspit::desktop
