#pragma once

#include <turnspit/control/values.h>

namespace turnspit {

/// How many services there are, and how many of them in the states that one asks for first.
struct ServiceCounts
{
    int services = 0;
    int running = 0;
    int waiting = 0; ///< for their time
    int failed = 0;  ///< or invalid

    bool operator==(const ServiceCounts&) const = default;
};

[[nodiscard]] ServiceCounts countOf(const QList<ServiceInfo>& services);

} // namespace turnspit
