#include <turnspit/hosting/hostoptions.h>

#include <turnspit/config/tomlreader.h>

namespace turnspit {

namespace {

constexpr int maxWorkerThreads = 256;

/// HostingEnvironment::of reads these before there is a file.
void refuseInFiles(TomlReader& from, std::string_view key)
{
    const TomlValue* value = from.take(key);
    if (value && !value->plainText)
        from.report(*value, key, "comes from the environment or the command line: a file cannot say where files are");
}

} // namespace

void HostOptions::bind(TomlReader& from)
{
    from.readDuration("shutdown_timeout", shutdownTimeout, Milliseconds(0));
    from.readDuration("start_timeout", startTimeout, Milliseconds(0));
    from.read("services_start_concurrently", servicesStartConcurrently);
    from.read("services_stop_concurrently", servicesStopConcurrently);
    if (const auto word = from.readWord("on_failure", {"stop-service", "stop-host", "restart"}))
        onFailure = static_cast<FailureBehaviour>(*word);
    from.read("stop_when_idle", stopWhenIdle);
    from.read("status_messages", statusMessages);
    from.readInteger("worker_threads", workerThreads, 1, maxWorkerThreads);
    from.readDuration("heartbeat", heartbeat, Milliseconds(1));
    from.readDuration("reap_timeout", reapTimeout, Milliseconds(0));
    from.read("reload_on_change", reloadOnChange);
    refuseInFiles(from, "environment");
    refuseInFiles(from, "content_root");
}

} // namespace turnspit
