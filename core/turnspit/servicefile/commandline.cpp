#include <turnspit/servicefile/commandline.h>

#include <algorithm>

namespace turnspit {

namespace {

bool isBlank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

int columnAt(std::string_view line, std::size_t byte)
{
    return 1 + static_cast<int>(std::ranges::count_if(
                   line.substr(0, byte), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::unexpected<Error> failAt(std::string_view line, std::size_t byte, std::string message)
{
    return fail(Error{ErrorKind::InvalidDefinition, std::move(message), {}, 1, columnAt(line, byte)});
}

bool isNameCharacter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

} // namespace

Result<std::vector<std::string>> splitCommandLine(std::string_view line)
{
    std::vector<std::string> words;
    std::string word;
    bool inWord = false; // an empty pair of quotes is a word too
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (isBlank(c)) {
            if (inWord)
                words.push_back(std::exchange(word, {}));
            inWord = false;
        } else if (c == '\\') {
            if (i + 1 == line.size())
                return failAt(line, i, "the line ends with a backslash that escapes nothing: write two for one");
            if (line[++i] == '\n')
                continue;
            word += line[i];
            inWord = true;
        } else if (c == '\'') {
            const auto end = line.find('\'', i + 1);
            if (end == std::string_view::npos)
                return failAt(line, i, "the quote ' has no partner");
            word += line.substr(i + 1, end - i - 1);
            inWord = true;
            i = end;
        } else if (c == '"') {
            const std::size_t begin = i;
            inWord = true;
            for (++i; i < line.size() && line[i] != '"'; ++i) {
                if (line[i] == '\\' && i + 1 < line.size() &&
                    std::string_view("\"\\$`\n").find(line[i + 1]) != std::string_view::npos) {
                    if (line[++i] != '\n')
                        word += line[i];
                } else {
                    word += line[i];
                }
            }
            if (i >= line.size())
                return failAt(line, begin, "the quote \" has no partner");
        } else {
            word += c;
            inWord = true;
        }
    }
    if (inWord)
        words.push_back(std::move(word));
    return words;
}

std::string joinCommandLine(const std::vector<std::string>& arguments)
{
    const auto isPlain = [](char c) {
        return isNameCharacter(c) || std::string_view("-./:@%+=,").find(c) != std::string_view::npos ||
               static_cast<unsigned char>(c) >= 0x80;
    };
    std::string line;
    for (const std::string& argument : arguments) {
        if (!line.empty())
            line += ' ';
        if (!argument.empty() && std::ranges::all_of(argument, isPlain)) {
            line += argument;
            continue;
        }
        line += '\'';
        for (const char c : argument) {
            if (c == '\'')
                line += "'\\''";
            else
                line += c;
        }
        line += '\'';
    }
    return line;
}

std::string findShellSyntax(std::string_view line)
{
    char quote = 0;
    bool wordBegin = true;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (quote == '\'') {
            quote = c == '\'' ? char(0) : quote;
            continue;
        }
        if (c == '\\') {
            ++i;
            wordBegin = false;
            continue;
        }
        if (c == '"' || (c == '\'' && quote == 0)) {
            quote = quote == 0 ? c : char(0);
            wordBegin = false;
            continue;
        }
        const char next = i + 1 < line.size() ? line[i + 1] : char(0);
        if (c == '$' && (isNameCharacter(next) || next == '{' || next == '(')) {
            std::size_t end = i + 2;
            while (end < line.size() && isNameCharacter(next) && isNameCharacter(line[end]))
                ++end;
            return std::string(line.substr(i, end - i));
        }
        if (c == '`')
            return "`";
        if (quote == 0) {
            if (c == '|' || c == '&' || c == '<' || c == '>')
                return std::string(1, c) +
                       ((c == '|' || c == '&' || c == '>') && next == c ? std::string(1, c) : std::string());
            if (c == ';' || c == '*')
                return std::string(1, c);
            if (c == '~' && wordBegin && (next == '/' || next == 0 || isBlank(next)))
                return "~";
            wordBegin = isBlank(c);
        }
    }
    return {};
}

} // namespace turnspit
