#pragma once

#include <turnspit/config/configuration.h>
#include <turnspit/config/tomldiff.h>
#include <turnspit/config/tomlreader.h>
#include <turnspit/di/optionssource.h>

#include <exception>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace turnspit {

/// The configuration that a host runs with, injected as HostConfiguration&: layers, and who reads which table.
class HostConfiguration
{
public:
    using Sources = std::vector<std::shared_ptr<detail::OptionsSourceBase>>;

    HostConfiguration();

    /// As it is now. Any thread.
    [[nodiscard]] std::shared_ptr<const Configuration> current() const;

    // What follows is for the builder, in its thread.

    [[nodiscard]] Configuration& layers() noexcept { return *m_layers; }

    /// What went wrong with a layer: the host does not start.
    void addError(const Error& error);

    /// Somebody (`reader`, for messages) reads the table at `path`. std::logic_error: somebody else does already.
    void addSection(const std::string& path, const std::string& reader);

    // Any thread, once the builder has built.

    /// Reads the table at `path`, an empty one where there is none; keys that `read` does not ask for are failures, but for those
    /// of sections within.
    void read(const std::string& path, const std::function<void(TomlReader&)>& read, std::vector<std::string>& failures) const;

    /// Where that was written which `failure` is about: the values of the table at `path` that it has between backticks, else all of them,
    /// files by the place where the table begins: `acme.toml:3:1, ACME_SYNC__MOST, --sync.least`; "": nowhere.
    [[nodiscard]] std::string placeOf(const std::string& path, const std::string& failure) const;

    /// Null, or all that is wrong: OptionsError; of several types together: AggregateError.
    [[nodiscard]] std::exception_ptr check(const Sources& sources) const;

    /// Reads the files anew. Where something is different, which is the answer, all options are made and judged anew and count together;
    /// the error, as that of check, where one of them is wrong: then everything stays as it was. One call at a time.
    [[nodiscard]] std::expected<std::vector<TomlDifference>, std::exception_ptr> reread(const Sources& sources);

private:
    struct Section
    {
        std::string path;
        std::string reader;
    };

    void addOrigins(const TomlTable& table, const std::string& path, std::vector<TextOrigin>& origins) const;
    void takeSectionsWithin(const std::string& path, TomlReader& reader) const;
    void findStrangers(const TomlTable& table, const std::string& path, std::vector<Error>& errors) const;
    template <class Check>
    std::exception_ptr judge(const Configuration& configuration, const Sources& sources, Check check) const;
    void setCandidate(std::shared_ptr<const Configuration> candidate);
    [[nodiscard]] bool isSection(const std::string& path) const;
    [[nodiscard]] std::shared_ptr<const Configuration> looked() const; ///< at by this thread, where it reads

    std::vector<std::string> m_errors;
    std::vector<Section> m_sections;
    std::shared_ptr<Configuration> m_layers; ///< until built
    mutable std::mutex m_mutex;
    std::shared_ptr<const Configuration> m_current;   // guarded
    std::shared_ptr<const Configuration> m_candidate; // guarded; what reread looks at, in its thread
    std::thread::id m_rereads;                        // guarded; that thread
};

} // namespace turnspit
