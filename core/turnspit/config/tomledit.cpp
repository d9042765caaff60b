#include <turnspit/config/tomledit.h>

#include <algorithm>
#include <span>

namespace turnspit {

namespace {

using Item = TomlLayout::Item;

bool beginsWith(const KeyPath& path, const KeyPath& prefix)
{
    return path.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), path.begin());
}

std::string formatFrom(const KeyPath& path, std::size_t skip)
{
    std::string out;
    for (std::size_t i = skip; i < path.size(); ++i)
        out += (out.empty() ? "" : ".") + quoteTomlKey(path[i]);
    return out;
}

/// A text and what is known about it.
struct Source
{
    std::string text;
    TomlTable tree;
    TomlLayout layout;
};

Result<Source> open(std::string_view text, const std::string& fileName)
{
    Result<TomlTable> tree = parseToml(text, fileName);
    if (!tree)
        return std::unexpected(tree.error());
    std::optional<TomlLayout> layout = TomlLayout::scan(text);
    if (!layout)
        return fail(ErrorKind::Refused,
                    fileName + " is written in a way that cannot be edited in place: edit it by hand");
    return Source{std::string(text), std::move(*tree), std::move(*layout)};
}

std::unexpected<Error> refuse(const KeyPath& path)
{
    return fail(ErrorKind::Refused,
                "changing `" + formatKeyPath(path) + "` in place would change more than that: edit the file by hand");
}

// ---- what the tree should be afterwards

void setIn(TomlTable& table, std::span<const std::string> path, const TomlValue& value)
{
    TomlEntry entry{path.front(), {}, value};
    if (path.size() > 1) {
        const TomlValue* below = table.value(path.front());
        TomlTable inner = below && below->table() ? *below->table() : TomlTable();
        setIn(inner, path.subspan(1), value);
        entry.value = TomlValue(std::move(inner));
    }
    table.set(std::move(entry));
}

/// Removes the key, and the tables around it that have no key any more then.
void removeFrom(TomlTable& table, std::span<const std::string> path)
{
    const TomlEntry* entry = table.find(path.front());
    if (!entry)
        return;
    if (path.size() > 1 && entry->value.table()) {
        TomlEntry inner = *entry;
        removeFrom(*inner.value.table(), path.subspan(1));
        if (!inner.value.table()->empty())
            return table.set(std::move(inner));
    }
    table.remove(path.front());
}

bool has(const TomlTable& table, std::span<const std::string> path)
{
    const TomlValue* value = table.value(path.front());
    if (!value || path.size() == 1)
        return value != nullptr;
    return value->table() && has(*value->table(), path.subspan(1));
}

/// The first part of `path` that has a value other than a table, as a key; empty: there is none.
KeyPath blockedAt(const TomlTable& tree, const KeyPath& path)
{
    const TomlTable* table = &tree;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
        const TomlValue* value = table->value(path[i]);
        if (!value)
            return {};
        table = value->table();
        if (!table)
            return KeyPath(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    }
    return {};
}

// ---- the edits

const Item* findKey(const TomlLayout& layout, const KeyPath& path)
{
    const auto it =
        std::ranges::find_if(layout.items, [&](const Item& item) { return !item.isHeader && item.path == path; });
    return it == layout.items.end() ? nullptr : &*it;
}

/// The last item that `matches`, or null.
template <class Matches>
const Item* findLast(const TomlLayout& layout, Matches matches)
{
    const Item* found = nullptr;
    for (const Item& item : layout.items) {
        if (matches(item))
            found = &item;
    }
    return found;
}

/// Puts one line behind the lines of `item`, indented as it is.
void insertLineBehind(Source& source, const Item& item, const std::string& line)
{
    const std::string indent = source.text.substr(item.lineBegin, item.begin - item.lineBegin);
    const bool lastHasBreak = item.lineEnd > 0 && source.text[item.lineEnd - 1] == '\n';
    const std::string& lineBreak = source.layout.lineBreak;
    source.text.insert(item.lineEnd, (lastHasBreak ? "" : lineBreak) + indent + line + (lastHasBreak ? lineBreak : ""));
}

void insertIntoInlineTable(Source& source, const Item& table, const std::string& assignment)
{
    const auto index = static_cast<std::size_t>(&table - source.layout.items.data());
    const Item* last = findLast(source.layout, [&](const Item& item) { return item.parent == index; });
    if (last)
        source.text.insert(last->valueEnd, ", " + assignment);
    else
        source.text.replace(table.valueBegin, table.valueEnd - table.valueBegin, "{ " + assignment + " }");
}

void insertAtRoot(Source& source, const std::string& line)
{
    const TomlLayout& layout = source.layout;
    if (const Item* last = findLast(layout, [](const Item& item) {
            return !item.isHeader && item.header == TomlLayout::none && item.parent == TomlLayout::none;
        }))
        return insertLineBehind(source, *last, line);
    if (!layout.items.empty()) { // only tables: above all of them
        source.text.insert(layout.begin, line + layout.lineBreak + layout.lineBreak);
        return;
    }
    if (source.text.size() > layout.begin && !source.text.ends_with('\n'))
        source.text += layout.lineBreak;
    source.text += line + layout.lineBreak;
}

void addTable(Source& source, const KeyPath& table, const std::string& line)
{
    const std::string& lineBreak = source.layout.lineBreak;
    if (source.text.size() > source.layout.begin)
        source.text += (source.text.ends_with('\n') ? "" : lineBreak) + lineBreak;
    source.text += "[" + formatFrom(table, 0) + "]" + lineBreak + line + lineBreak;
}

void insertKey(Source& source, const KeyPath& path, const std::string& valueText)
{
    const TomlLayout& layout = source.layout;
    const KeyPath table(path.begin(), path.end() - 1);
    const std::string assignment = quoteTomlKey(path.back()) + " = " + valueText;
    if (table.empty())
        return insertAtRoot(source, assignment);
    if (const Item* inlineTable = findKey(layout, table))
        return insertIntoInlineTable(source, *inlineTable, assignment);
    const auto header = std::ranges::find_if(
        layout.items, [&](const Item& item) { return item.isHeader && !item.isArrayHeader && item.path == table; });
    if (header != layout.items.end()) {
        const auto index = static_cast<std::size_t>(header - layout.items.begin());
        const Item* last =
            findLast(layout, [&](const Item& item) { return item.header == index && item.parent == TomlLayout::none; });
        return insertLineBehind(source, last ? *last : *header, assignment);
    }
    const Item* sibling = findLast(layout, [&](const Item& item) {
        return !item.isHeader && item.parent == TomlLayout::none && beginsWith(item.path, table);
    });
    const std::size_t depth =
        !sibling || sibling->header == TomlLayout::none ? 0 : layout.items[sibling->header].path.size();
    if (sibling && depth < table.size())
        return insertLineBehind(source, *sibling, formatFrom(path, depth) + " = " + valueText);
    addTable(source, table, assignment);
}

void eraseFromInlineTable(Source& source, const Item& item)
{
    const Item* before = nullptr;
    const Item* after = nullptr;
    for (const Item& other : source.layout.items) {
        if (other.parent != item.parent || &other == &item)
            continue;
        if (other.begin < item.begin)
            before = &other;
        else if (!after)
            after = &other;
    }
    if (after)
        source.text.erase(item.begin, after->begin - item.begin);
    else if (before)
        source.text.erase(before->valueEnd, item.valueEnd - before->valueEnd);
    else
        source.text.erase(item.begin, item.valueEnd - item.begin);
}

/// Erases the lines of `path` and of all below it.
void eraseLines(Source& source, const KeyPath& path)
{
    const auto& items = source.layout.items;
    for (std::size_t i = items.size(); i-- > 0;) {
        const Item& item = items[i];
        if (item.parent == TomlLayout::none && beginsWith(item.path, path))
            source.text.erase(item.lineBegin, item.lineEnd - item.lineBegin);
    }
}

/// The table that `path` stood in where it has no key any more, else null.
const TomlTable* emptyTableOf(const TomlTable& tree, const KeyPath& path)
{
    const TomlTable* table = &tree;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
        const TomlValue* value = table->value(path[i]);
        table = value ? value->table() : nullptr;
        if (!table)
            return nullptr;
    }
    return path.size() > 1 && table->empty() ? table : nullptr;
}

} // namespace

Result<KeyPath> parseKeyPath(std::string_view text)
{
    // A key is what may stand before the = of one assignment.
    const std::string line = std::string(text) + " = 0";
    const auto layout = parseToml(line, "") ? TomlLayout::scan(line) : std::nullopt;
    if (!layout || layout->items.size() != 1 || layout->items.front().valueBegin + 1 != line.size())
        return fail(ErrorKind::InvalidDefinition, "`" + std::string(text) + "` is not a key, such as restart.policy");
    return layout->items.front().path;
}

std::string formatKeyPath(const KeyPath& path)
{
    return formatFrom(path, 0);
}

Result<std::string> setTomlValue(std::string_view text, const std::string& fileName, const KeyPath& path,
                                 std::string_view valueText)
{
    if (path.empty())
        return fail(ErrorKind::InvalidDefinition, "a key is missing");
    const Result<TomlValue> value = parseTomlValue(valueText, fileName);
    if (!value)
        return std::unexpected(value.error());
    Result<Source> source = open(text, fileName);
    if (!source)
        return std::unexpected(source.error());
    if (const KeyPath blocked = blockedAt(source->tree, path); !blocked.empty())
        return fail(ErrorKind::Refused, "`" + formatKeyPath(blocked) + "` is not a table");
    if (const Item* item = findKey(source->layout, path))
        source->text.replace(item->valueBegin, item->valueEnd - item->valueBegin, valueText);
    else if (has(source->tree, path))
        return fail(ErrorKind::Refused, "`" + formatKeyPath(path) + "` is a table: set its keys one by one");
    else
        insertKey(*source, path, std::string(valueText));
    TomlTable expected = source->tree;
    setIn(expected, path, *value);
    const Result<TomlTable> result = parseToml(source->text, fileName);
    if (!result || *result != expected)
        return refuse(path);
    return std::move(source->text);
}

Result<std::string> removeTomlKey(std::string_view text, const std::string& fileName, const KeyPath& path)
{
    Result<Source> source = open(text, fileName);
    if (!source)
        return std::unexpected(source.error());
    if (path.empty() || !has(source->tree, path))
        return fail(ErrorKind::Refused, "`" + formatKeyPath(path) + "` is not in " + fileName);
    TomlTable expected = source->tree;
    removeFrom(expected, path);
    if (const Item* item = findKey(source->layout, path); item && item->parent != TomlLayout::none)
        eraseFromInlineTable(*source, *item);
    else
        eraseLines(*source, path);
    Result<TomlTable> result = parseToml(source->text, fileName);
    if (result && emptyTableOf(*result, path)) {
        // The table goes with its last key, and the one around it may follow.
        Result<std::string> without = removeTomlKey(source->text, fileName, KeyPath(path.begin(), path.end() - 1));
        if (!without)
            return without;
        source->text = std::move(*without);
        result = parseToml(source->text, fileName);
    }
    if (!result || *result != expected)
        return refuse(path);
    return std::move(source->text);
}

} // namespace turnspit
