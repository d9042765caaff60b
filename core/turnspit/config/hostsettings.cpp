#include <turnspit/config/hostsettings.h>

#include <turnspit/config/tomlreader.h>

#include <algorithm>

namespace turnspit {

namespace {

constexpr int maxWorkerThreads = 256;
constexpr std::string_view environmentPrefix = "TURNSPIT_";

void readLevel(TomlReader& from, const std::string& key, std::string& into)
{
    static const std::vector<std::string> words{"trace", "debug", "info", "warning", "error", "critical", "off"};
    if (const auto word = from.readWord(key, words))
        into = words[*word];
}

/// [defaults] are keys of a service file, whose types only its reader knows: they come from the file alone.
void refusePlainText(const TomlTable& defaults, std::vector<Error>& errors)
{
    for (const TomlEntry& entry : defaults.entries()) {
        if (entry.value.plainText)
            errors.push_back(entry.value.origin.error("`defaults` can only be set in turnspit.toml"));
        else if (const TomlTable* inner = entry.value.table())
            refusePlainText(*inner, errors);
    }
}

Result<HostSettings> read(const TomlTable& root)
{
    HostSettings settings;
    std::vector<Error> errors;
    TomlReader reader(root, "", errors);
    if (auto host = reader.readTable("host")) {
        host->readDuration("shutdown_timeout", settings.shutdownTimeout, Milliseconds(0));
        host->readDuration("start_timeout", settings.startTimeout, Milliseconds(1));
        host->readInteger("worker_threads", settings.workerThreads, 1, maxWorkerThreads);
        host->finish();
    }
    if (auto log = reader.readTable("log")) {
        log->readSize("total_size", settings.logTotalSize, 1);
        log->finish();
    }
    if (auto logging = reader.readTable("logging")) {
        readLevel(*logging, "level", settings.logLevel);
        if (auto levels = logging->readTable("levels")) {
            for (const std::string& category : levels->keys())
                readLevel(*levels, category, settings.logLevels[category]);
        }
        logging->finish();
    }
    if (auto history = reader.readTable("history")) {
        history->readDuration("keep", settings.historyKeep, Milliseconds(1));
        history->finish();
    }
    if (reader.readTable("defaults")) {
        settings.defaults = *root.value("defaults")->table();
        refusePlainText(settings.defaults, errors);
    }
    reader.finish();
    if (errors.empty())
        return settings;
    return fail(*std::ranges::min_element(errors, {}, [](const Error& error) { return std::pair(error.line, error.column); }));
}

Result<HostSettings> readLayers(Configuration layers, const HostSettings::Environment& environment, const HostSettings::Overrides& overrides)
{
    // The file by itself first: what is wrong in it is wrong whatever lies over it.
    if (auto alone = read(layers.root()); !alone)
        return alone;
    if (auto done = layers.addEnvironment(environmentPrefix, environment); !done)
        return fail(done.error());
    if (auto done = layers.addArguments(overrides); !done)
        return fail(done.error());
    return read(layers.root());
}

} // namespace

Result<HostSettings> HostSettings::parse(std::string_view text, const std::string& fileName,
                                         const Environment& environment, const Overrides& overrides)
{
    Configuration layers;
    if (auto done = layers.addText(text, fileName); !done)
        return fail(done.error());
    return readLayers(std::move(layers), environment, overrides);
}

Result<HostSettings> HostSettings::load(const std::string& file, const Environment& environment,
                                        const Overrides& overrides)
{
    Configuration layers;
    if (auto done = layers.addFile(file); !done)
        return fail(done.error());
    return readLayers(std::move(layers), environment, overrides);
}

std::vector<std::string> HostSettings::optionNames()
{
    return {"host.shutdown-timeout", "host.start-timeout", "host.worker-threads", "log.total-size", "logging.level", "history.keep"};
}

} // namespace turnspit
