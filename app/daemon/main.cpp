#include <turnspit/logging/filelog.h>

#include <turnspit/base/places.h>
#include <turnspit/config/hostsettings.h>
#include <turnspit/hosting/hostbuilder.h>
#include <turnspit/process/keeperclient.h>
#include <turnspit/services/composition.h>
#include <turnspit/session/hostlock.h>

#include <ipc/sessionsocket.h>
#include <systemd/usesystemd.h>

#include <CLI/CLI.hpp>

#include <QCoreApplication>

#include <cstdio>

#include <unistd.h>

using namespace turnspit;

namespace {

int refused(const Error& error)
{
    std::fprintf(stderr, "turnspitd: %s\n", error.text().c_str());
    return 1;
}

} // namespace

int main(int argc, char** argv)
{
    CLI::App cli("Keeps background services turning: runs the services of the configuration folder until SIGTERM or SIGINT.", "turnspitd");
    Places::Overrides overrides;
    cli.set_version_flag("--version", "turnspitd " TURNSPIT_VERSION);
    cli.add_option("--config-dir", overrides.configDir, "turnspit.toml and services/ (TURNSPIT_CONFIG_DIR)");
    cli.add_option("--state-dir", overrides.stateDir, "logs, history, locks (TURNSPIT_STATE_DIR)");
    cli.add_option("--runtime-dir", overrides.runtimeDir, "the control socket (TURNSPIT_RUNTIME_DIR)");
    std::map<std::string, std::string> given;
    for (const std::string& name : HostSettings::optionNames()) {
        cli.add_option_function<std::string>("--" + name, [&given, name](const std::string& value) { given[name] = value; },
                                             "as the key of turnspit.toml");
    }
    try {
        cli.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return cli.exit(error) == 0 ? 0 : 2;
    }

    auto places = Places::resolve(overrides);
    if (!places)
        return refused(places.error());
    if (auto ready = places->prepare(); !ready)
        return refused(ready.error());
    auto settings = HostSettings::load(places->hostOptionsFile(), currentEnvironment(), {given.begin(), given.end()});
    if (!settings)
        return refused(settings.error());
    auto lock = HostLock::take(*places);
    if (!lock)
        return refused(lock.error());

    QCoreApplication application(argc, argv);
    auto keeper = KeeperClient::findProgram(QCoreApplication::applicationDirPath().toStdString());
    if (!keeper)
        return refused(keeper.error());

    EngineOptions options;
    options.places = *places;
    options.settings = *settings;
    options.hostName = "turnspitd";
    options.keeperProgram = *keeper;
    options.lastSign = lock->lastSign();
    options.servers.push_back(controlSocket(places->hostSocket()));

    int code = 1;
    bool leave = false;
    {
        auto builder = Host::createBuilder();
        const Systemd systemd = useSystemd(builder);
        builder.addLogSink(std::make_shared<FileLog>(places->state + "/turnspitd.log", !systemd.hasJournal()));
        builder.bridgeQtMessages();
        options.servers.push_back(systemd.sessionServer());
        builder.configure<HostOptions>([](HostOptions& o) { o.statusMessages = false; }); // nobody sits at a terminal
        addEngine(builder, options);
        try {
            const auto host = builder.build();
            code = host->run();
            if (code == 0 && options.leftRunning > 0)
                code = 6;
        } catch (const std::exception& error) {
            return refused(Error{ErrorKind::Failed, error.what()});
        }
        leave = code == 6;
    }
    if (leave)
        ::_exit(code); // somebody's code may still run: nothing of it is waited for, everything of ours is written
    return code;
}
