#include <turnspit/config/tomlmessage.h>

namespace turnspit {

namespace {

bool isContinuationByte(char c)
{
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

/// Line `number` (from 1) without its line break and byte order mark.
std::string_view lineAt(std::string_view text, int number)
{
    if (text.starts_with("\xef\xbb\xbf"))
        text.remove_prefix(3);
    for (; number > 1; --number) {
        const auto end = text.find('\n');
        if (end == std::string_view::npos)
            return {};
        text.remove_prefix(end + 1);
    }
    std::string_view line = text.substr(0, text.find('\n'));
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    return line;
}

std::size_t byteOfColumn(std::string_view line, int column)
{
    std::size_t at = 0;
    for (int n = 1; n < column && at < line.size(); ++n) {
        ++at;
        while (at < line.size() && isContinuationByte(line[at]))
            ++at;
    }
    return at;
}

int columnOfByte(std::string_view line, std::size_t byte)
{
    int column = 1;
    for (std::size_t i = 0; i < byte && i < line.size(); ++i)
        column += isContinuationByte(line[i]) ? 0 : 1;
    return column;
}

/// What lies before and around a byte of one line, as far as the line alone can tell.
struct Spot
{
    std::size_t wordBegin = 0;                      ///< of the unquoted word the byte is in or ends
    std::string_view word;                          ///< empty: none
    std::size_t openQuote = std::string_view::npos; ///< of the string that is open at the byte
};

Spot look(std::string_view line, std::size_t byte)
{
    constexpr std::string_view separators = " \t=,[]{}#\"'";
    Spot spot;
    char quote = 0;
    for (std::size_t i = 0; i < byte && i < line.size(); ++i) {
        const char c = line[i];
        if (quote != 0) {
            if (c == '\\' && quote == '"')
                ++i;
            else if (c == quote)
                quote = 0;
        } else if (c == '"' || c == '\'') {
            quote = c;
            spot.openQuote = i;
        } else if (c == '#') {
            break;
        }
    }
    if (quote != 0)
        return spot;
    spot.openQuote = std::string_view::npos;
    std::size_t begin = std::min(byte, line.size());
    while (begin > 0 && separators.find(line[begin - 1]) == std::string_view::npos)
        --begin;
    const std::size_t end = std::min(line.find_first_of(separators, begin), line.size());
    spot.wordBegin = begin;
    spot.word = line.substr(begin, end - begin);
    return spot;
}

bool contains(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

/// One line without control characters.
std::string clean(std::string_view text)
{
    std::string out;
    for (const char c : text)
        out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    return out;
}

std::string betweenQuotes(std::string_view text)
{
    const auto begin = text.find('\'');
    const auto end = text.rfind('\'');
    return begin == std::string_view::npos || end <= begin ? std::string()
                                                           : std::string(text.substr(begin + 1, end - begin - 1));
}

bool isWordProblem(std::string_view description)
{
    for (const std::string_view part :
         {"parsing floating-point", "could not determine value type", "integer: expected digit", "value-terminator",
          "parsing boolean", "begin with underscores"}) {
        if (contains(description, part))
            return true;
    }
    return false;
}

} // namespace

Error explainTomlError(std::string_view text, std::string_view description, const TextOrigin& where)
{
    const std::string_view line = lineAt(text, where.line);
    const Spot spot = look(line, byteOfColumn(line, where.column));
    const auto at = [&](std::size_t byte) {
        TextOrigin moved = where;
        moved.column = columnOfByte(line, byte);
        return moved;
    };

    const bool inString = contains(description, "parsing string") || contains(description, "parsing literal string");
    const bool atLineEnd = byteOfColumn(line, where.column) >= line.size();
    if (inString && atLineEnd &&
        (contains(description, "control characters") || contains(description, "end-of-file"))) {
        if (spot.openQuote == std::string_view::npos)
            return where.error("the text ends inside a string: the closing quotes are missing");
        const std::string_view quotes = line.substr(spot.openQuote >= 2 ? spot.openQuote - 2 : 0, 3);
        if (quotes == "\"\"\"" || quotes == "'''")
            return at(spot.openQuote - 2)
                .error("the string that begins here is not closed: its three closing quotes are missing");
        return at(spot.openQuote)
            .error("the string that begins here is not closed on its line: the closing quote is missing");
    }
    if (contains(description, "leading zeroes") && !spot.word.empty())
        return at(spot.wordBegin)
            .error("a number does not begin with 0: write it without, or as a string: \"" + clean(spot.word) + "\"");
    if (isWordProblem(description) && !spot.word.empty())
        return at(spot.wordBegin)
            .error("`" + clean(spot.word) + "` is not a value: strings need quotes, such as \"" + clean(spot.word) +
                   "\"");
    if (contains(description, "cannot redefine existing"))
        return where.error("`" + clean(betweenQuotes(description)) + "` is already defined further up");
    if (contains(description, "expected value, saw"))
        return where.error("the value after `=` is missing");
    if (contains(description, "parsing time: expected ':'"))
        return where.error("a time of day is written with its seconds, such as 18:00:00");
    if (contains(description, "expected keys, tables, whitespace or comments"))
        return where.error(
            "expected a key, a [table] or a comment; keys with characters other than A-Z a-z 0-9 _ - need quotes");

    constexpr std::string_view prefix = "Error while parsing ";
    if (description.starts_with(prefix))
        description.remove_prefix(prefix.size());
    return where.error(clean(description));
}

} // namespace turnspit
