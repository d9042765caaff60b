#include <turnspit/config/tomlreader.h>

#include <algorithm>

namespace turnspit {

namespace {

std::string folded(std::string_view word)
{
    std::string out;
    for (const char c : word) {
        if (c != '-' && c != '_')
            out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return out;
}

/// Letters to insert, delete, replace or swap with their neighbour.
std::size_t editDistance(std::string_view a, std::string_view b)
{
    std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) {
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                cost[i][j] = i + j;
                continue;
            }
            cost[i][j] =
                std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
    }
    return cost[a.size()][b.size()];
}

std::string joined(const std::vector<std::string>& words)
{
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i)
        out += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + ("\"" + words[i] + "\"");
    return out;
}

} // namespace

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates)
{
    constexpr std::size_t longest = 64; // nobody's slip of the pen, and the distance costs the product of the lengths
    if (word.size() > longest)
        return std::nullopt;
    const std::string wanted = folded(word);
    std::optional<std::string> best;
    std::size_t bestDistance = word.size() <= 4 ? 2 : 3;
    for (const std::string& candidate : candidates) {
        const std::size_t distance = editDistance(wanted, folded(candidate));
        if (distance < bestDistance && distance < candidate.size()) {
            best = candidate;
            bestDistance = distance;
        }
    }
    return best;
}

TomlReader::TomlReader(const TomlTable& table, std::string path, std::vector<Error>& errors)
    : m_table(table), m_path(std::move(path)), m_errors(errors)
{
}

const TomlValue* TomlReader::take(std::string_view key)
{
    m_known.emplace(key);
    return m_table.value(key);
}

void TomlReader::report(const TomlValue& value, std::string_view key, const std::string& message)
{
    m_errors.push_back(value.origin.error("`" + m_path + std::string(key) + "` " + message));
}

template <class T>
const T* TomlReader::typed(std::string_view key, const T* (TomlValue::*get)() const, std::string_view wanted)
{
    const TomlValue* value = take(key);
    if (!value)
        return nullptr;
    if (const T* right = (value->*get)()) {
        m_good.emplace(key);
        return right;
    }
    report(*value, key, "must be " + std::string(wanted) + ", not " + std::string(toString(value->type())));
    return nullptr;
}

bool TomlReader::acceptString(const TomlValue& value, std::string_view key, const std::string& text)
{
    if (text.find('\0') == std::string::npos)
        return true;
    report(value, key, "holds a NUL character");
    return false;
}

void TomlReader::read(std::string_view key, std::string& into)
{
    const std::string* text = typed(key, &TomlValue::string, "a string");
    if (text && acceptString(*m_table.value(key), key, *text))
        into = *text;
}

void TomlReader::read(std::string_view key, bool& into)
{
    if (const bool* truth = typed(key, &TomlValue::boolean, "true or false"))
        into = *truth;
}

void TomlReader::readInteger(std::string_view key, int& into, int least, int most)
{
    const std::int64_t* number = typed(key, &TomlValue::integer, "an integer");
    if (!number)
        return;
    if (*number < least || *number > most)
        report(*m_table.value(key), key,
               "must be from " + std::to_string(least) + " to " + std::to_string(most) + ", not " +
                   std::to_string(*number));
    else
        into = static_cast<int>(*number);
}

void TomlReader::readDuration(std::string_view key, Milliseconds& into, Milliseconds least)
{
    const std::string* text =
        typed(key, &TomlValue::string, "a string with a duration and its unit (ms, s, m, h, d or w), such as \"30s\"");
    if (!text)
        return;
    const TomlValue& value = *m_table.value(key);
    if (const auto duration = parseDuration(*text); !duration)
        m_errors.push_back(value.origin.error("`" + m_path + std::string(key) + "`: " + duration.error().message));
    else if (*duration < least)
        report(value, key, "must be at least " + formatDuration(least) + ", not " + *text);
    else
        into = *duration;
}

void TomlReader::readSize(std::string_view key, std::uint64_t& into, std::uint64_t least)
{
    const std::string* text =
        typed(key, &TomlValue::string,
              "a string with a size and its unit (B, KB, MB, GB, KiB, MiB or GiB), such as \"16MB\"");
    if (!text)
        return;
    const TomlValue& value = *m_table.value(key);
    if (const auto size = parseSize(*text); !size)
        m_errors.push_back(value.origin.error("`" + m_path + std::string(key) + "`: " + size.error().message));
    else if (*size < least)
        report(value, key, "must be at least " + formatSize(least) + ", not " + *text);
    else
        into = *size;
}

void TomlReader::readStrings(std::string_view key, std::vector<std::string>& into)
{
    const TomlValue::Array* items = typed(key, &TomlValue::array, "an array of strings");
    if (!items)
        return;
    std::vector<std::string> strings;
    for (const TomlValue& item : *items) {
        if (!item.string())
            return report(item, key, "must be an array of strings; this is " + std::string(toString(item.type())));
        if (!acceptString(item, key, *item.string()))
            return;
        strings.push_back(*item.string());
    }
    into = std::move(strings);
}

std::optional<std::size_t> TomlReader::readWord(std::string_view key, const std::vector<std::string>& words)
{
    const std::string* text = typed(key, &TomlValue::string, joined(words));
    if (!text)
        return std::nullopt;
    const auto it = std::ranges::find(words, *text);
    if (it != words.end())
        return static_cast<std::size_t>(it - words.begin());
    report(*m_table.value(key), key, "must be " + joined(words) + ", not " + quoteToml(*text));
    return std::nullopt;
}

std::optional<TomlReader> TomlReader::readTable(std::string_view key)
{
    const TomlTable* table =
        typed(key, static_cast<const TomlTable* (TomlValue::*)() const>(&TomlValue::table), "a table");
    if (!table)
        return std::nullopt;
    return TomlReader(*table, m_path + std::string(key) + ".", m_errors);
}

void TomlReader::refuse(std::string_view key)
{
    m_known.emplace(key);
    if (const TomlEntry* entry = m_table.find(key))
        m_errors.push_back(entry->origin.error("`" + m_path + std::string(key) + "` is not built yet"));
}

void TomlReader::finish(Explain explain)
{
    for (const TomlEntry& entry : m_table.entries()) {
        if (m_known.contains(entry.key))
            continue;
        std::string message = "unknown key `" + m_path + quoteTomlKey(entry.key) + "`";
        std::string hint;
        if (const auto near = nearest(entry.key, {m_known.begin(), m_known.end()}))
            hint = "did you mean `" + m_path + *near + "`?";
        else if (explain)
            hint = explain(m_path, entry.key);
        if (!hint.empty())
            message += ": " + hint;
        m_errors.push_back(entry.origin.error(std::move(message)));
    }
}

} // namespace turnspit
