#include "sessionchoice.h"

#include "attachedhost.h"
#include "localhost.h"

#include <QCoreApplication>

namespace turnspit::desktop {

Result<std::unique_ptr<OpenSession>> makeSession(const Places& places)
{
    auto parts = prepareLocalHost(places, QCoreApplication::applicationDirPath().toStdString());
    if (parts)
        return openLocalHost(*std::move(parts));
    if (parts.error().kind == ErrorKind::Refused)
        return attachToHost(places);
    return fail(parts.error());
}

} // namespace turnspit::desktop
