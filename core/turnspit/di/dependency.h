#pragma once

#include <functional>
#include <memory>
#include <string>
#include <typeindex>

namespace turnspit {

/// What a constructor or factory asks the container for.
struct Dependency
{
    enum Kind {
        One, ///< the last registration of the type and key
        All, ///< every registration, in order; may be none
    };
    Kind kind = One;
    std::type_index type;
    std::string typeName;
    std::string key = {}; ///< empty: none
    /// Makes the one that is used where nobody registered the type; empty: then it is missing.
    std::function<std::shared_ptr<void>()> fallback = {};

    /// `'Cache'`, or `'Cache' with key 'big'`.
    [[nodiscard]] std::string label() const { return key.empty() ? "'" + typeName + "'" : "'" + typeName + "' with key '" + key + "'"; }
};

} // namespace turnspit
