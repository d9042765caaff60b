#pragma once

#include <turnspit/logging/loggerfactory.h>

namespace turnspit {

/// While it lives, what Qt and its users say by qDebug, qCWarning and the like goes to the loggers: category `qt` for the default one,
/// else that of the message (`qt.core.qobject.connect`); critical is error, fatal is critical (and Qt ends the program then). What
/// a sink says through Qt while it writes goes where it went before, so that nothing runs in circles.
///
/// One at a time (std::logic_error otherwise). The factory must outlive it. Its end puts the handler back that was there before;
/// other handlers are not to be installed meanwhile. Any thread may speak.
class QtMessages
{
public:
    explicit QtMessages(LoggerFactory& factory);
    ~QtMessages();
    QtMessages(const QtMessages&) = delete;
    QtMessages& operator=(const QtMessages&) = delete;
};

} // namespace turnspit
