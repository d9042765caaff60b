#pragma once

#include <turnspit/hosting/hostedregistration.h>

#include <cstddef>
#include <string>
#include <vector>

namespace turnspit {

using Registrations = std::vector<const HostedRegistration*>;

/// What is wrong with what hosted services say of one another, one sentence each with both names: unknown, circular, never completes.
[[nodiscard]] std::vector<std::string> dependencyProblems(const Registrations& services);

/// Places in `services`: each after what it needs or comes after, otherwise in the given order. Of services without problems.
[[nodiscard]] std::vector<std::size_t> startOrder(const Registrations& services);

} // namespace turnspit
