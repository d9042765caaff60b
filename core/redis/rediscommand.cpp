#include <redis/rediscommand.h>

#include <redis/redisqueuescripts.h>

#include <charconv>

namespace turnspit {

namespace {

void appendNumber(std::string& to, char mark, std::size_t number)
{
    char digits[24];
    digits[0] = mark;
    char* end = std::to_chars(digits + 1, digits + 22, number).ptr;
    *end++ = '\r';
    *end++ = '\n';
    to.append(digits, end);
}

void appendWord(std::string& to, std::string_view word)
{
    appendNumber(to, '$', word.size());
    to += word;
    to += "\r\n";
}

std::string begun(std::span<const std::string_view> words, std::size_t named)
{
    constexpr std::size_t most = 26; // of what is around a word
    std::size_t size = most + named;
    for (const auto word : words)
        size += word.size() + most;
    std::string out;
    out.reserve(size);
    return out;
}

} // namespace

RedisCommand::RedisCommand(std::initializer_list<std::string_view> words)
    : m_text(begun({words.begin(), words.size()}, 0)), m_words(words.size())
{
    appendNumber(m_text, '*', m_words);
    for (const auto word : words)
        appendWord(m_text, word);
}

RedisCommand::RedisCommand(const RedisScript& script, std::span<const std::string_view> words)
    : m_script(&script), m_text(begun(words, 100)), m_words(words.size() + 2)
{
    appendNumber(m_text, '*', m_words);
    appendWord(m_text, "EVALSHA");
    appendWord(m_text, script.sha());
    m_named = m_text.size();
    for (const auto word : words)
        appendWord(m_text, word);
}

void RedisCommand::spellOut()
{
    std::string name;
    appendNumber(name, '*', m_words);
    appendWord(name, "EVAL");
    appendWord(name, m_script->text());
    m_text.replace(0, m_named, name);
    m_named = name.size();
}

} // namespace turnspit
