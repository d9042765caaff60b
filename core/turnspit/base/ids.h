#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace turnspit {

/// A number that names one thing and cannot be mistaken for another: `StrongId<struct RunTag>`.
template <class Tag>
struct StrongId
{
    std::uint64_t value = 0; ///< 0 names nothing

    constexpr auto operator<=>(const StrongId&) const = default;
    constexpr explicit operator bool() const { return value != 0; }
};

/// One execution of a service. Grows; never reused in a state folder.
using RunId = StrongId<struct RunTag>;

/// A client's view of a host changes from revision n to n + 1 by one delta.
using Revision = StrongId<struct RevisionTag>;

} // namespace turnspit

template <class Tag>
struct std::hash<turnspit::StrongId<Tag>>
{
    std::size_t operator()(turnspit::StrongId<Tag> id) const noexcept { return std::hash<std::uint64_t>{}(id.value); }
};
