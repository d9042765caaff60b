#pragma once

#include <turnspit/control/sessionserver.h>

#include <string>

namespace turnspit {

/// Serves a session on the socket at `path`. The caller holds the lock of the state folder; a socket that another program listens on
/// is refused, one that a killed host left is replaced.
[[nodiscard]] SessionServerFactory controlSocket(std::string path);

/// Does a program listen on the socket at `path`? One that a killed program left is not listened on. Never waits.
[[nodiscard]] bool isListenedOn(const std::string& path);

} // namespace turnspit
