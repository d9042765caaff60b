#include <turnspit/config/tomlreader.h>

#include <algorithm>
#include <charconv>

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

template <class T>
std::optional<T> numberFrom(std::string_view text)
{
    T number{};
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (code != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

template <class T>
std::optional<T> fromPlainText(const std::string& text)
{
    return numberFrom<T>(text);
}

template <>
std::optional<bool> fromPlainText<bool>(const std::string& text)
{
    if (text == "true" || text == "false")
        return text == "true";
    return std::nullopt;
}

std::string shownNumber(double number)
{
    char text[32];
    const auto [end, code] = std::to_chars(text, text + sizeof text, number);
    return {text, end};
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

template <class T>
std::optional<T> TomlReader::scalar(std::string_view key, const T* (TomlValue::*get)() const, std::string_view wanted)
{
    const TomlValue* value = take(key);
    if (!value || !value->plainText) {
        const T* right = typed(key, get, wanted);
        return right ? std::optional<T>(*right) : std::nullopt;
    }
    const auto read = fromPlainText<T>(*value->string());
    if (read)
        m_good.emplace(key);
    else
        report(*value, key, "must be " + std::string(wanted) + ", not " + quoteToml(*value->string()));
    return read;
}

std::optional<TomlValue::Array> TomlReader::array(std::string_view key)
{
    const TomlValue* value = take(key);
    if (!value || !value->plainText) {
        const auto* items = typed(key, &TomlValue::array, "an array of strings");
        return items ? std::optional(*items) : std::nullopt;
    }
    if (!value->string()->starts_with('[')) {
        m_good.emplace(key);
        return TomlValue::Array{*value};
    }
    const auto read = parseTomlValue(*value->string(), *value->origin.file);
    if (!read) {
        m_errors.push_back(read.error());
        return std::nullopt;
    }
    m_good.emplace(key);
    TomlValue::Array items = *read->array();
    for (TomlValue& item : items)
        item.origin = value->origin;
    return items;
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
    if (const auto truth = scalar(key, &TomlValue::boolean, "true or false"))
        into = *truth;
}

void TomlReader::readInteger(std::string_view key, int& into, int least, int most)
{
    const auto number = scalar(key, &TomlValue::integer, "an integer");
    if (!number)
        return;
    if (*number < least || *number > most)
        report(*m_table.value(key), key,
               "must be from " + std::to_string(least) + " to " + std::to_string(most) + ", not " +
                   std::to_string(*number));
    else
        into = static_cast<int>(*number);
}

void TomlReader::readNumber(std::string_view key, double& into, double least, double most)
{
    const TomlValue* value = take(key);
    const auto* const whole = value ? value->integer() : nullptr;
    if (whole)
        m_good.emplace(key);
    const auto number = whole ? std::optional(static_cast<double>(*whole)) : scalar(key, &TomlValue::floating, "a number");
    if (!number)
        return;
    if (*number >= least && *number <= most) // no NaN gets here
        into = *number;
    else
        report(*value, key, "must be from " + shownNumber(least) + " to " + shownNumber(most) + ", not " + shownNumber(*number));
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

void TomlReader::readDuration(std::string_view key, std::optional<Milliseconds>& into, Milliseconds least)
{
    Milliseconds read = least - Milliseconds(1);
    readDuration(key, read, least);
    if (read >= least)
        into = read;
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
    const auto items = array(key);
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

std::vector<std::string> TomlReader::keys() const
{
    std::vector<std::string> out;
    for (const TomlEntry& entry : m_table.entries())
        out.push_back(entry.key);
    return out;
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
