#include <turnspit/hosting/loggingoptions.h>

#include <turnspit/config/tomlreader.h>

#include <string>
#include <string_view>
#include <vector>

namespace turnspit {

namespace {

void readLevel(TomlReader& from, std::string_view key, LogLevel& into)
{
    static const auto words = [] {
        std::vector<std::string> out;
        for (int level = 0; level <= static_cast<int>(LogLevel::Off); ++level)
            out.emplace_back(toString(static_cast<LogLevel>(level)));
        return out;
    }();
    if (const auto word = from.readWord(key, words))
        into = static_cast<LogLevel>(*word);
}

} // namespace

void LoggingOptions::bind(TomlReader& from)
{
    readLevel(from, "level", level);
    auto categories = from.readTable("levels");
    if (!categories)
        return;
    for (const std::string& category : categories->keys())
        readLevel(*categories, category, levels[category]);
}

} // namespace turnspit
