#pragma once

#include <ipc/methods.h>

#include <span>

namespace turnspit::wire {

[[nodiscard]] std::span<const Method> serviceMethods();
[[nodiscard]] std::span<const Method> editingMethods();
[[nodiscard]] std::span<const Method> logMethods();

} // namespace turnspit::wire
