#pragma once

#include <turnspit/base/error.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace turnspit {

class Configuration;

/// What surrounds a program, injected as HostingEnvironment&: fixed when its builder is made (B80).
struct HostingEnvironment
{
    std::string name = "Production"; ///< `host.environment`
    std::string contentRoot;         ///< `host.content_root`, absolute; else the current folder: where files of options are looked for

    /// Whatever the case of the letters (B77).
    [[nodiscard]] bool is(std::string_view environment) const;
    [[nodiscard]] bool isDevelopment() const { return is("Development"); }
    [[nodiscard]] bool isStaging() const { return is("Staging"); }
    [[nodiscard]] bool isProduction() const { return is("Production"); }

    /// From the environment and the command line: files cannot say where they are.
    [[nodiscard]] static Result<HostingEnvironment> of(const Configuration& configuration);
};

/// What a HostBuilder takes in from around the program.
struct HostBuilderSettings
{
    /// `ACME_`: ACME_SYNC__RETRIES is the key `retries` of [sync]. Empty: no variable is an option.
    std::string environmentPrefix = {};

    /// Else the environment of this process.
    std::optional<std::map<std::string, std::string>> variables = {};

    /// The words of the command line without the program's name: `--sync.retries 3` is an option, words without a dot are the
    /// program's own (Configuration::optionsAmong). createBuilder(argc, argv) adds those of argv.
    std::vector<std::string> arguments = {};
};

} // namespace turnspit
