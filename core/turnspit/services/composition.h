#pragma once

#include <turnspit/hosting/hostbuilder.h>
#include <turnspit/services/engine.h>

namespace turnspit {

/// Makes a host of ours: the engine and its housekeeping, started and stopped concurrently (T19). `options` must outlive the host.
void addEngine(HostBuilder& builder, EngineOptions& options);

} // namespace turnspit
