#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace turnspit {

class RedisScript;

/// A command as the server reads it: made where it is asked for, so that the thread that speaks with the server only
/// passes it on.
class RedisCommand
{
public:
    RedisCommand(std::initializer_list<std::string_view> words);

    /// Of a script: the words that follow its name.
    RedisCommand(const RedisScript& script, std::span<const std::string_view> words);

    [[nodiscard]] const std::string& text() const noexcept { return m_text; }
    [[nodiscard]] bool isScript() const noexcept { return m_script != nullptr; }

    /// With the whole script in place of its name, for a server that does not know it.
    void spellOut();

private:
    const RedisScript* m_script = nullptr;
    std::string m_text;
    std::size_t m_named = 0; ///< of a script: so much of the text is the count of words and the name
    std::size_t m_words = 0;
};

} // namespace turnspit
