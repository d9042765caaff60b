#pragma once

#include <turnspit/base/places.h>
#include <turnspit/base/units.h>
#include <turnspit/hosting/hostbuilder.h>

#include <cstdint>
#include <string>

namespace turnspit {

/// How a program shows itself; the defaults are those of our own programs.
struct ControlOptions
{
    /// Else TURNSPIT_STATE_DIR and TURNSPIT_RUNTIME_DIR, else the folders of the user. turnspitctl and the desktop look at the runtime folder.
    Places::Overrides folders = {};

    bool logs = true;                                ///< keep what the services say
    std::uint64_t logMaxSize = 100'000'000;          ///< bytes, of one service
    std::uint64_t logTotalSize = 500'000'000;        ///< bytes, of all together; 0: no limit
    Milliseconds logMaxAge = std::chrono::hours(30 * 24);
};

/// Makes a program a citizen: while its host runs, `turnspitctl hosts` and the side list of the desktop show it under `name`, with its
/// services' states, ticks and logs, and start, stop, restart, hold, resume or run them.
///
///     auto builder = turnspit::Host::createBuilder(argc, argv);
///     builder.services().addHostedService<DataSyncService>();
///     turnspit::exposeControl(builder, "data-sync");
///     return builder.build()->run();
///
/// Before any service starts: the lock STATE/workers/NAME/host.lock, then the socket RUNTIME/workers/NAME.sock (0600 in folders of
/// 0700; it speaks resources/protocol.md). One program a name: where another one holds the lock the start fails with its pid and socket,
/// and nothing is started; what a program that was killed has left is taken over. After all services have stopped, the clients are
/// told, and socket and lock go.
///
/// `turnspitctl --host NAME reload` reads the files of its options anew (ConfigurationReload), and says what is another now.
///
/// What a service says goes besides to STATE/workers/NAME/logs/SERVICE, as entries like those of commands: `o` up to info, `e` above,
/// `h` what the host says about the service. Standard error and other sinks get what they got before.
///
/// Adds a hosted service `control` on the host thread, which shows to nobody and stops with the host only.
/// `name`: as of a service (1 to 64 of A-Za-z0-9._-), but not `turnspit` or `turnspitd`; else std::invalid_argument. Once a builder,
/// which has no other service `control`; else std::logic_error.
HostBuilder& exposeControl(HostBuilder& builder, std::string name, ControlOptions options = {});

} // namespace turnspit
