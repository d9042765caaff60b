#include <turnspit/servicefile/changelist.h>

#include <turnspit/config/toml.h>

#include <algorithm>

namespace turnspit {

unsigned versionNumber(std::string_view name) noexcept
{
    constexpr std::size_t digits = 8;
    constexpr std::string_view extension = ".toml";
    if (name.size() != digits + extension.size() || !name.ends_with(extension))
        return 0;
    unsigned number = 0;
    for (const char c : name.substr(0, digits)) {
        if (c < '0' || c > '9')
            return 0;
        number = number * 10 + static_cast<unsigned>(c - '0');
    }
    return number;
}

namespace {

constexpr std::string_view kindWords[] = {"add", "edit", "remove", "rename"};

TomlValue strings(const std::vector<std::string>& texts)
{
    TomlValue::Array items;
    for (const std::string& text : texts)
        items.emplace_back(text);
    return TomlValue(std::move(items));
}

std::vector<std::string> stringsOf(const TomlValue* value)
{
    std::vector<std::string> texts;
    if (!value || !value->array())
        return texts;
    for (const TomlValue& item : *value->array()) {
        if (item.string())
            texts.push_back(*item.string());
    }
    return texts;
}

std::optional<ServiceFileStore::Change> changeOf(const TomlValue& value)
{
    const TomlTable* table = value.table();
    const TomlValue* kind = table ? table->value("kind") : nullptr;
    const TomlValue* time = table ? table->value("time") : nullptr;
    if (!kind || !kind->string() || !time || !time->string())
        return std::nullopt;
    const auto* word = std::ranges::find(kindWords, *kind->string());
    const auto when = parseRfc3339(*time->string());
    if (word == std::end(kindWords) || !when)
        return std::nullopt;
    ServiceFileStore::Change change{static_cast<ServiceFileStore::Change::Kind>(word - kindWords), *when,
                                    stringsOf(table->value("names")), stringsOf(table->value("versions")),
                                    stringsOf(table->value("digests"))};
    // The names become paths: whatever stands in the file, they stay below our folders.
    const bool whole =
        !change.names.empty() && std::ranges::all_of(change.names, isServiceName) &&
        (change.kind != ServiceFileStore::Change::Rename || change.names.size() == 2) &&
        (change.kind != ServiceFileStore::Change::Add || change.digests.size() == change.names.size()) &&
        (change.kind != ServiceFileStore::Change::Edit || change.digests.size() == change.names.size()) &&
        (change.kind == ServiceFileStore::Change::Add || change.kind == ServiceFileStore::Change::Rename ||
         change.versions.size() == change.names.size()) &&
        std::ranges::all_of(change.versions, [](const std::string& name) { return versionNumber(name) != 0; });
    return whole ? std::optional(std::move(change)) : std::nullopt;
}

} // namespace

std::string ServiceFileStore::Change::text() const
{
    std::string out = std::string(kindWords[kind]) + " of ";
    for (std::size_t i = 0; i < names.size(); ++i)
        out += (i == 0 ? "" : kind == Rename ? " to " : ", ") + names[i];
    return out;
}

std::string formatChanges(const std::vector<ServiceFileStore::Change>& changes)
{
    std::string text;
    for (const ServiceFileStore::Change& change : changes) {
        text += "[[change]]\nkind = " + quoteToml(kindWords[change.kind]) +
                "\ntime = " + quoteToml(formatRfc3339(change.time)) + "\nnames = " + formatToml(strings(change.names)) +
                "\nversions = " + formatToml(strings(change.versions)) +
                "\ndigests = " + formatToml(strings(change.digests)) + "\n\n";
    }
    return text;
}

std::vector<ServiceFileStore::Change> parseChanges(const std::string& text)
{
    std::vector<ServiceFileStore::Change> changes;
    const auto tree = parseToml(text, "changes");
    const TomlValue* list = tree ? tree->value("change") : nullptr;
    if (!list || !list->array())
        return changes;
    for (const TomlValue& item : *list->array()) {
        if (auto change = changeOf(item))
            changes.push_back(std::move(*change));
    }
    return changes;
}

} // namespace turnspit
