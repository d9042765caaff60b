#include <turnspit/config/tomldiff.h>

#include <map>

namespace turnspit {

namespace {

using Values = std::map<std::string, const TomlValue*>;

void flatten(const TomlTable& table, const std::string& path, Values& into)
{
    for (const TomlEntry& entry : table.entries()) {
        const std::string key = path + quoteTomlKey(entry.key);
        if (entry.value.table())
            flatten(*entry.value.table(), key + ".", into);
        else
            into.emplace(key, &entry.value);
    }
}

} // namespace

std::string TomlDifference::text() const
{
    return key + (what == What::New ? ": new" : what == What::Removed ? ": removed" : ": changed");
}

std::vector<TomlDifference> differences(const TomlTable& before, const TomlTable& now)
{
    Values old;
    Values present;
    flatten(before, "", old);
    flatten(now, "", present);
    std::map<std::string, TomlDifference::What> found;
    for (const auto& [key, value] : old) {
        const auto other = present.find(key);
        if (other == present.end())
            found.emplace(key, TomlDifference::What::Removed);
        else if (!(*other->second == *value))
            found.emplace(key, TomlDifference::What::Changed);
    }
    for (const auto& [key, value] : present) {
        if (!old.contains(key))
            found.emplace(key, TomlDifference::What::New);
    }
    std::vector<TomlDifference> list;
    for (const auto& [key, what] : found)
        list.push_back({key, what});
    return list;
}

} // namespace turnspit
