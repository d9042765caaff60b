#pragma once

#include <turnspit/base/error.h>
#include <turnspit/config/toml.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace turnspit {

/// The options of a program, in layers: defaults < files < environment < command line. Within a layer what was added later wins; the
/// order between layers is fixed, whenever each was added. A value type; one thread at a time.
///
/// | layer | `base_url` of `[sync]` |
/// |---|---|
/// | file | `[sync]`, `base_url = "..."` |
/// | environment with the prefix `ACME_` | `ACME_SYNC__BASE_URL=...` |
/// | command line | `--sync.base-url=...` or `--sync.base-url ...` |
///
/// Keys are lower case with `_`. What comes from the environment or the command line is plain text (TomlValue::plainText), which
/// TomlReader takes for the type that it is asked for. Every value knows where it was written; an error names the file with line
/// and column, the variable, or the option.
class Configuration
{
public:
    using Environment = std::map<std::string, std::string>;
    using Arguments = std::vector<std::pair<std::string, std::string>>;

    enum class Presence {
        Optional, ///< a missing file is an empty one; one that is there must be readable
        Required,
    };

    void addDefaults(const TomlTable& defaults);

    /// Reads the file. After an error nothing is added, except that reread() will try the file again.
    Result<> addFile(const std::string& path, Presence presence = Presence::Optional);

    /// The same from text instead of a file.
    Result<> addText(std::string_view text, const std::string& fileName);

    /// Variables that begin with `prefix` and hold `__`, which separates the parts of a key; others are none of ours. The error is
    /// about a name that is none: `ACME___X`.
    Result<> addEnvironment(std::string_view prefix, const Environment& environment);

    /// What the command line gave: ("sync.base-url", "https://..."), with or without `--` in front.
    Result<> addArguments(const Arguments& arguments);

    /// The options among the words of a command line (without the program's name): those whose name begins with `--` and has a dot.
    /// The others are the program's own and skipped, as is everything behind a `--` by itself. The error is an option without a
    /// value; one that begins with `--` needs the form with `=`.
    [[nodiscard]] static Result<Arguments> optionsAmong(const std::vector<std::string>& words);

    /// All layers, merged key by key.
    [[nodiscard]] const TomlTable& root() const noexcept { return m_root; }

    /// Defaults and files only.
    [[nodiscard]] const TomlTable& filesOnly() const noexcept { return m_files; }

    /// The table at `sync` or `acme.sync`; an empty one where there is none. What is there and no table is the error.
    [[nodiscard]] Result<TomlTable> section(std::string_view path) const;

    /// Where the files have what is at `sync` or `sync.base_url`; nullopt: nowhere. Something that the environment or the command line
    /// puts over it changes nothing.
    [[nodiscard]] std::optional<TextOrigin> originInFiles(std::string_view path) const;

    /// The files of addFile, whether they are there or not.
    [[nodiscard]] std::vector<std::string> files() const;

    /// The same layers with the files as they are now. The error is the first one of a file.
    [[nodiscard]] Result<Configuration> reread() const;

private:
    struct File
    {
        std::string name;
        Presence presence = Presence::Required;
        bool isText = false; ///< not from a file: never read again
        TomlTable table;
    };

    void merge();

    TomlTable m_defaults;
    std::vector<File> m_fileLayers;
    TomlTable m_environment;
    TomlTable m_arguments;
    TomlTable m_files; // merged
    TomlTable m_root;  // merged
};

/// The environment of this process.
[[nodiscard]] Configuration::Environment currentEnvironment();

} // namespace turnspit
