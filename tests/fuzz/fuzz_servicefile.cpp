// Reads any bytes as a service file and edits it: nothing may crash, every error has a place, an edit that is not
// refused changes that key and no other.
#include <turnspit/config/tomledit.h>
#include <turnspit/servicefile/commandline.h>
#include <turnspit/servicefile/edit.h>
#include <turnspit/servicefile/environmentfile.h>
#include <turnspit/servicefile/parse.h>

#include <cstdint>
#include <cstdlib>

using namespace turnspit;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

void read(const std::string& text)
{
    const ParsedDefinition definition = parseDefinition(text, "f.toml", "f");
    if (definition) {
        require(!definition->command.empty());
        require(differences(*definition, *definition).empty());
        // What is shown of a definition is itself a service file that means the same.
        std::string shown;
        const TomlTable table = toTable(*definition);
        for (const TomlEntry& entry : table.entries())
            shown += quoteTomlKey(entry.key) + " = " + formatToml(entry.value) + "\n";
        const ParsedDefinition again = parseDefinition(shown, "f.toml", "f");
        require(again && *again == *definition);
        return;
    }
    require(!definition.error().empty());
    for (const Error& error : definition.error())
        require(error.line > 0 && error.column > 0 && !error.message.empty() &&
                error.message.find('\n') == std::string::npos);
}

void edit(const std::string& text)
{
    const auto before = parseToml(text, "f.toml");
    if (!before)
        return;
    for (const KeyPath& path :
         {KeyPath{"group"}, KeyPath{"restart", "delay"}, KeyPath{"environment", "A"}, KeyPath{"a", "b", "c"}}) {
        const auto added = setTomlValue(text, "f.toml", path, "\"x\"");
        if (added) {
            const auto after = parseToml(*added, "f.toml");
            require(after.has_value());
            require(setTomlValue(*added, "f.toml", path, "\"x\"").value() == *added);
        }
        const auto removed = removeTomlKey(text, "f.toml", path);
        if (removed)
            require(parseToml(*removed, "f.toml").has_value());
    }
    for (const TomlEntry& entry : before->entries()) {
        const auto removed = removeTomlKey(text, "f.toml", {entry.key});
        if (!removed)
            continue;
        TomlTable expected = *before;
        expected.remove(entry.key);
        require(parseToml(*removed, "f.toml").value() == expected);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    constexpr std::size_t most = 4096;
    if (size > most)
        return 0;
    const std::string text(reinterpret_cast<const char*>(data), size);
    read(text);
    edit(text);
    if (const auto words = splitCommandLine(text))
        require(splitCommandLine(joinCommandLine(*words)).value() == *words);
    static_cast<void>(findShellSyntax(text));
    static_cast<void>(parseEnvironmentFile(text, ".env"));
    static_cast<void>(parseTomlValue(text, "value"));
    static_cast<void>(parseKeyPath(text));
    return 0;
}
