#include <turnspit/servicefile/environmentfile.h>

#include <turnspit/config/textfile.h>

#include <algorithm>

namespace turnspit {

const std::string EnvironmentVariable::masked = "********";

bool isEnvironmentName(std::string_view name) noexcept
{
    return !name.empty() && name.find('=') == std::string_view::npos && name.find('\0') == std::string_view::npos;
}

namespace {

class EnvironmentParser
{
public:
    EnvironmentParser(std::string_view text, const std::string& fileName) : m_text(text), m_file(fileName)
    {
        if (m_text.starts_with("\xef\xbb\xbf"))
            m_text.remove_prefix(3);
    }

    Result<std::vector<EnvironmentVariable>> parse()
    {
        while (m_at < m_text.size()) {
            skipBlanks();
            if (atLineEnd() || peek() == '#') {
                skipLine();
                continue;
            }
            if (auto done = parseAssignment(); !done)
                return std::unexpected(done.error());
        }
        return std::move(m_variables);
    }

private:
    char peek() const { return m_at < m_text.size() ? m_text[m_at] : '\n'; }
    bool atLineEnd() const
    {
        return peek() == '\n' || (peek() == '\r' && (m_at + 1 >= m_text.size() || m_text[m_at + 1] == '\n'));
    }
    static bool isBlank(char c) { return c == ' ' || c == '\t'; }

    void skipBlanks()
    {
        while (m_at < m_text.size() && isBlank(m_text[m_at]))
            ++m_at;
    }

    void skipLine() { m_at = std::min(m_text.find('\n', m_at), m_text.size() - 1) + 1; }

    std::unexpected<Error> failAt(std::size_t byte, std::string message) const
    {
        const std::string_view before = m_text.substr(0, byte);
        const std::size_t lineBegin = before.rfind('\n') + 1; // npos + 1 is 0
        const auto isCharacter = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
        return fail(Error{ErrorKind::InvalidDefinition, std::move(message), m_file,
                          1 + static_cast<int>(std::ranges::count(before, '\n')),
                          1 + static_cast<int>(std::ranges::count_if(before.substr(lineBegin), isCharacter))});
    }

    Result<> parseAssignment()
    {
        if (m_text.substr(m_at).starts_with("export") && m_at + 6 < m_text.size() && isBlank(m_text[m_at + 6])) {
            m_at += 6;
            skipBlanks();
        }
        const std::size_t begin = m_at;
        while (!atLineEnd() && peek() != '=')
            ++m_at;
        std::string_view name = m_text.substr(begin, m_at - begin);
        while (!name.empty() && isBlank(name.back()))
            name.remove_suffix(1);
        if (peek() != '=')
            return failAt(begin, "expected NAME=value");
        if (name.empty())
            return failAt(begin, "the name before `=` is missing");
        const auto isOdd = [](char c) { return isBlank(c) || c == '"' || c == '\'' || c == '\0'; };
        if (std::ranges::any_of(name, isOdd))
            return failAt(begin, "a variable's name has no blanks and no quotes");
        ++m_at;
        skipBlanks();
        auto value = peek() == '"' ? doubleQuoted() : peek() == '\'' ? singleQuoted() : plain();
        if (!value)
            return std::unexpected(value.error());
        if (const auto nul = value->find('\0'); nul != std::string::npos)
            return failAt(begin, "the value holds a NUL character");
        std::erase_if(m_variables, [&](const EnvironmentVariable& variable) { return variable.name == name; });
        m_variables.push_back(EnvironmentVariable{std::string(name), std::move(*value), true});
        return {};
    }

    Result<std::string> plain()
    {
        const std::size_t begin = m_at;
        while (!atLineEnd() && !(peek() == '#' && m_at > begin && isBlank(m_text[m_at - 1])))
            ++m_at;
        std::string_view value = m_text.substr(begin, m_at - begin);
        while (!value.empty() && isBlank(value.back()))
            value.remove_suffix(1);
        skipLine();
        return std::string(value);
    }

    Result<std::string> singleQuoted()
    {
        const std::size_t begin = m_at;
        const auto end = m_text.find('\'', begin + 1);
        if (end == std::string_view::npos)
            return failAt(begin, "the quote ' has no partner");
        m_at = end + 1;
        return endOfQuoted(std::string(m_text.substr(begin + 1, end - begin - 1)));
    }

    Result<std::string> doubleQuoted()
    {
        const std::size_t begin = m_at;
        std::string value;
        for (++m_at; m_at < m_text.size() && m_text[m_at] != '"'; ++m_at) {
            if (m_text[m_at] != '\\' || m_at + 1 >= m_text.size()) {
                value += m_text[m_at];
                continue;
            }
            switch (const char escaped = m_text[++m_at]) {
            case 'n':
                value += '\n';
                break;
            case 't':
                value += '\t';
                break;
            case 'r':
                value += '\r';
                break;
            case '"':
            case '\\':
            case '$':
                value += escaped;
                break;
            default:
                value += {'\\', escaped};
                break;
            }
        }
        if (m_at >= m_text.size())
            return failAt(begin, "the quote \" has no partner");
        ++m_at;
        return endOfQuoted(std::move(value));
    }

    /// Behind the closing quote only blanks and a comment may follow.
    Result<std::string> endOfQuoted(std::string value)
    {
        skipBlanks();
        if (!atLineEnd() && peek() != '#')
            return failAt(m_at, "nothing may follow the closing quote");
        skipLine();
        return value;
    }

    std::string_view m_text;
    std::string m_file;
    std::size_t m_at = 0;
    std::vector<EnvironmentVariable> m_variables;
};

} // namespace

Result<std::vector<EnvironmentVariable>> parseEnvironmentFile(std::string_view text, const std::string& fileName)
{
    return EnvironmentParser(text, fileName).parse();
}

Result<std::vector<EnvironmentVariable>> readEnvironmentFile(const std::string& path)
{
    const Result<std::string> text = readTextFile(path);
    if (!text)
        return fail(text.error().in("environment_file"));
    return parseEnvironmentFile(*text, path);
}

} // namespace turnspit
