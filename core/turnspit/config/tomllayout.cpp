#include <turnspit/config/tomllayout.h>

#include <turnspit/config/toml.h>

namespace turnspit {

namespace {

bool isBareKeyCharacter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/// Walks over a text that a parser has accepted; false from any function: it was not valid after all.
class LayoutScanner
{
public:
    explicit LayoutScanner(std::string_view text) : m_text(text) {}

    bool scan()
    {
        if (m_text.starts_with("\xef\xbb\xbf"))
            m_at = 3;
        m_layout.begin = m_at;
        const auto lineFeed = m_text.find('\n');
        m_layout.lineBreak =
            lineFeed != std::string_view::npos && lineFeed > 0 && m_text[lineFeed - 1] == '\r' ? "\r\n" : "\n";
        std::size_t lineBegin = m_at;
        while (m_at < m_text.size()) {
            skipBlanks();
            const std::size_t first = m_layout.items.size();
            if (peek() == '[') {
                if (!scanHeader())
                    return false;
            } else if (!atLineEnd() && peek() != '#') {
                const KeyPath base = m_header == TomlLayout::none ? KeyPath() : m_layout.items[m_header].path;
                if (!scanAssignment(base, TomlLayout::none, true, "#\r\n"))
                    return false;
            }
            if (!endLine())
                return false;
            if (first < m_layout.items.size()) {
                m_layout.items[first].lineBegin = lineBegin;
                m_layout.items[first].lineEnd = m_at;
            }
            lineBegin = m_at;
        }
        return true;
    }

    TomlLayout take() { return std::move(m_layout); }

private:
    char peek(std::size_t ahead = 0) const { return m_at + ahead < m_text.size() ? m_text[m_at + ahead] : '\0'; }
    bool atEnd() const { return m_at >= m_text.size(); }
    bool atLineEnd() const { return atEnd() || peek() == '\n' || (peek() == '\r' && peek(1) == '\n'); }

    void skipBlanks()
    {
        while (peek() == ' ' || peek() == '\t')
            ++m_at;
    }

    /// Blanks, line breaks and comments: what may stand between the items of an array.
    void skipAllBlanks()
    {
        for (;; ++m_at) {
            skipBlanks();
            if (peek() == '#')
                m_at = std::min(m_text.find('\n', m_at), m_text.size());
            if (peek() != '\n' && peek() != '\r')
                return;
        }
    }

    /// To behind the line break; only blanks and a comment may be left.
    bool endLine()
    {
        skipBlanks();
        if (!atLineEnd() && peek() != '#')
            return false;
        const auto lineFeed = m_text.find('\n', m_at);
        m_at = lineFeed == std::string_view::npos ? m_text.size() : lineFeed + 1;
        return true;
    }

    bool scanHeader()
    {
        TomlLayout::Item item;
        item.begin = m_at;
        item.isHeader = true;
        item.isArrayHeader = peek(1) == '[';
        m_at += item.isArrayHeader ? 2 : 1;
        if (!scanKey(item.path) || peek() != ']')
            return false;
        m_at += item.isArrayHeader ? 2 : 1;
        m_header = m_layout.items.size();
        m_layout.items.push_back(std::move(item));
        return true;
    }

    /// A dotted key with the blanks around its parts; appends to `path`.
    bool scanKey(KeyPath& path)
    {
        for (;; ++m_at) {
            skipBlanks();
            const std::size_t begin = m_at;
            if (peek() == '"' || peek() == '\'') {
                if (!skipString())
                    return false;
                const auto key = parseTomlValue(m_text.substr(begin, m_at - begin), "");
                if (!key || !key->string())
                    return false;
                path.push_back(*key->string());
            } else {
                while (isBareKeyCharacter(peek()))
                    ++m_at;
                if (m_at == begin)
                    return false;
                path.emplace_back(m_text.substr(begin, m_at - begin));
            }
            skipBlanks();
            if (peek() != '.')
                return true;
        }
    }

    /// `key = value`; `ends` are the characters that end a value that is neither string, array nor table.
    bool scanAssignment(const KeyPath& base, std::size_t parent, bool listed, std::string_view ends)
    {
        const std::size_t index = m_layout.items.size();
        TomlLayout::Item item;
        item.path = base;
        item.begin = m_at;
        item.lineBegin = m_at;
        item.header = m_header;
        item.parent = parent;
        if (!scanKey(item.path) || peek() != '=')
            return false;
        ++m_at;
        skipBlanks();
        item.valueBegin = m_at;
        const KeyPath path = item.path;
        if (listed)
            m_layout.items.push_back(std::move(item));
        if (!scanValue(path, index, listed, ends))
            return false;
        if (listed) {
            m_layout.items[index].valueEnd = m_at;
            m_layout.items[index].lineEnd = m_at;
        }
        return true;
    }

    bool scanValue(const KeyPath& path, std::size_t index, bool listed, std::string_view ends)
    {
        switch (peek()) {
        case '"':
        case '\'':
            return skipString();
        case '[':
            return scanArray(path);
        case '{':
            return scanInlineTable(path, index, listed);
        default:
            break;
        }
        const std::size_t begin = m_at;
        m_at = std::min(m_text.find_first_of(ends, m_at), m_text.size());
        while (m_at > begin && (m_text[m_at - 1] == ' ' || m_text[m_at - 1] == '\t'))
            --m_at;
        return m_at > begin;
    }

    bool scanArray(const KeyPath& path)
    {
        ++m_at;
        for (;;) {
            skipAllBlanks();
            if (peek() == ']') {
                ++m_at;
                return true;
            }
            if (atEnd() || !scanValue(path, TomlLayout::none, false, ",]#\r\n"))
                return false;
            skipAllBlanks();
            if (peek() == ',')
                ++m_at;
            else if (peek() != ']')
                return false;
        }
    }

    bool scanInlineTable(const KeyPath& path, std::size_t index, bool listed)
    {
        ++m_at;
        for (;;) {
            skipBlanks();
            if (peek() == '}') {
                ++m_at;
                return true;
            }
            if (atEnd() || !scanAssignment(path, index, listed, ",}#\r\n"))
                return false;
            skipBlanks();
            if (peek() == ',')
                ++m_at;
            else if (peek() != '}')
                return false;
        }
    }

    bool skipString()
    {
        const char quote = peek();
        if (peek(1) == quote && peek(2) == quote)
            return skipLongString(quote);
        for (++m_at; !atEnd() && peek() != quote; ++m_at) {
            if (peek() == '\n')
                return false;
            if (peek() == '\\' && quote == '"')
                ++m_at;
        }
        return skipQuotes(quote, 1);
    }

    bool skipLongString(char quote)
    {
        for (m_at += 3; !atEnd(); ++m_at) {
            if (peek() == quote && peek(1) == quote && peek(2) == quote) {
                // Up to two quotes may stand before the closing three.
                while (peek(3) == quote)
                    ++m_at;
                return skipQuotes(quote, 3);
            }
            if (peek() == '\\' && quote == '"')
                ++m_at;
        }
        return false;
    }

    bool skipQuotes(char quote, std::size_t count)
    {
        if (peek() != quote)
            return false;
        m_at += count;
        return true;
    }

    std::string_view m_text;
    std::size_t m_at = 0;
    std::size_t m_header = TomlLayout::none;
    TomlLayout m_layout;
};

} // namespace

std::optional<TomlLayout> TomlLayout::scan(std::string_view text)
{
    LayoutScanner scanner(text);
    if (!scanner.scan())
        return std::nullopt;
    return scanner.take();
}

} // namespace turnspit
