#include "commands.h"

#include <turnspit/config/hostsettings.h>
#include <turnspit/config/textfile.h>
#include <turnspit/control/json.h>
#include <turnspit/servicefile/parse.h>

#include <algorithm>
#include <filesystem>

namespace turnspit::ctl {

namespace {

namespace fs = std::filesystem;

constexpr const char* hostOptionsName = "turnspit.toml";
constexpr const char* suffix = ".toml";

/// What is wrong with files, in the order in which they were looked at.
struct Findings
{
    std::vector<Error> errors;
    std::size_t files = 0;

    void add(std::vector<Error> more) { errors.insert(errors.end(), more.begin(), more.end()); }
};

/// The [defaults] of a host options file; what is wrong with the file goes to `findings`, if given.
TomlTable checkHostOptions(const std::string& file, Findings* findings)
{
    const auto text = readTextFile(file);
    const auto settings = text ? HostSettings::parse(*text, file) : Result<HostSettings>(fail(text.error()));
    if (!settings) {
        if (findings)
            findings->errors.push_back(settings.error());
        return {};
    }
    if (findings)
        findings->add(checkDefaults(settings->defaults));
    return settings->defaults;
}

void checkService(const std::string& file, const TomlTable& defaults, Findings& findings)
{
    const std::string name = fs::path(file).stem().string();
    if (!isServiceName(name)) {
        findings.errors.push_back(
            {ErrorKind::InvalidDefinition,
             '"' + name + "\" is not a name for a service: 1 to 64 of A-Za-z0-9._-, beginning with a letter or digit",
             file});
        return;
    }
    const auto text = readTextFile(file);
    if (!text) {
        findings.errors.push_back(text.error());
        return;
    }
    if (auto definition = parseDefinition(*text, file, name, defaults); !definition)
        findings.add(std::move(definition.error()));
}

std::vector<std::string> serviceFiles(const std::string& folder)
{
    std::vector<std::string> files;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        const std::string name = entry.path().filename().string();
        if (name.ends_with(suffix) && !name.starts_with('.'))
            files.push_back(entry.path().string());
    }
    std::ranges::sort(files);
    return files;
}

Findings check(std::vector<std::string> files, const Places& places)
{
    Findings findings;
    const std::string optionsFile = places.hostOptionsFile();
    const bool hasOptions = fs::exists(optionsFile);
    if (files.empty()) {
        files = serviceFiles(places.servicesFolder());
        if (hasOptions)
            files.insert(files.begin(), optionsFile);
    }
    const TomlTable defaults = hasOptions ? checkHostOptions(optionsFile, nullptr) : TomlTable();
    for (const std::string& file : files) {
        ++findings.files;
        if (fs::path(file).filename() == hostOptionsName)
            checkHostOptions(file, &findings);
        else
            checkService(file, defaults, findings);
    }
    return findings;
}

Diagnostic diagnosticOf(const Error& error)
{
    return {true, QString::fromStdString(error.message), QString::fromStdString(error.file), error.line, error.column};
}

} // namespace

int runCheck(const CheckCommand& command, const Places& places, bool json, OutputStream& out)
{
    const Findings findings = check(command.files, places);
    if (json) {
        QList<Diagnostic> diagnostics;
        for (const Error& error : findings.errors)
            diagnostics.append(diagnosticOf(error));
        printJson(out, toJson(diagnostics));
    } else if (findings.errors.empty()) {
        out.write(findings.files == 0 ? "There is nothing to check in " + places.config + ".\n"
                                      : std::to_string(findings.files) + (findings.files == 1 ? " file" : " files") +
                                            " checked, nothing is wrong.\n");
    } else {
        for (const Error& error : findings.errors)
            out.write(error.text() + '\n');
    }
    return findings.errors.empty() ? exitcode::done : exitcode::failed;
}

} // namespace turnspit::ctl
