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
        One, ///< the last registration of the type
        All, ///< every registration, in order; may be none
    };
    Kind kind = One;
    std::type_index type;
    std::string typeName;
    /// Makes the one that is used where nobody registered the type; empty: then it is missing.
    std::function<std::shared_ptr<void>()> fallback = {};
};

} // namespace turnspit
