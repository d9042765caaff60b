#pragma once

#include <string>
#include <string_view>

namespace turnspit {

/// Is there anything in this text that withoutControls would take away?
[[nodiscard]] bool hasControls(std::string_view text) noexcept;

/// A line as people read it: control sequences are gone (CSI, OSC and their like), and so is what a carriage return overwrites (the
/// last piece that holds anything stays). Other bytes stay as they are.
[[nodiscard]] std::string withoutControls(std::string_view text);

} // namespace turnspit
