#pragma once

#include <string>
#include <typeinfo>

namespace turnspit {

/// `acme::DataSyncService`.
[[nodiscard]] std::string typeName(const std::type_info& type);

template <class T>
[[nodiscard]] std::string typeName()
{
    return typeName(typeid(T));
}

} // namespace turnspit
