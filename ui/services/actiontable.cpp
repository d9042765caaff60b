#include <ui/services/actiontable.h>

#include <QCoreApplication>

namespace turnspit {
namespace {

struct Table
{
    Q_DECLARE_TR_FUNCTIONS(turnspit::ActionTable)
};

Permission yes()
{
    return {};
}

Permission no(const QString& why)
{
    return {false, why, {}};
}

Permission yesBut(const QString& note)
{
    return {true, {}, note};
}

/// Built-in services tick or not; one that ticks is seen waiting, held or with a next run.
bool ticks(const ServiceInfo& service)
{
    if (service.kind == ServiceKind::Scheduled)
        return true;
    return service.kind == ServiceKind::BuiltIn
           && (service.nextRun || service.state == ServiceState::Waiting || service.flags.contains(QLatin1String("held")));
}

Permission start(const ServiceInfo& service)
{
    switch (service.state) {
    case ServiceState::Starting:
        return no(Table::tr("%1 is starting already.").arg(service.name));
    case ServiceState::Running:
        return no(Table::tr("%1 is running already.").arg(service.name));
    case ServiceState::Waiting:
        return no(Table::tr("%1 is started: it waits for its next run. Use Run now for one at once.").arg(service.name));
    case ServiceState::Stopping:
        return no(Table::tr("%1 is still stopping. Use Restart to start it after that.").arg(service.name));
    default:
        return yes();
    }
}

bool hasSingleRuns(const ServiceInfo& service)
{
    return service.kind == ServiceKind::Manual || ticks(service);
}

Permission runNow(const ServiceInfo& service)
{
    if (!hasSingleRuns(service))
        return no(Table::tr("%1 has no single runs: it is kept running. Use Start.").arg(service.name));
    switch (service.state) {
    case ServiceState::Starting:
        return no(Table::tr("%1 is starting.").arg(service.name));
    case ServiceState::Stopping:
        return no(Table::tr("%1 is still stopping.").arg(service.name));
    default:
        return yes();
    }
}

Permission stop(const ServiceInfo& service)
{
    switch (service.state) {
    case ServiceState::Starting:
    case ServiceState::Running:
    case ServiceState::Waiting:
    case ServiceState::BackingOff:
        return yes();
    case ServiceState::Stopping:
        return no(Table::tr("%1 is stopping already. Use Kill not to wait for it.").arg(service.name));
    default:
        return no(Table::tr("%1 is not running.").arg(service.name));
    }
}

Permission kill(const ServiceInfo& service)
{
    switch (service.state) {
    case ServiceState::Starting:
    case ServiceState::Running:
    case ServiceState::Stopping:
        return yes();
    default:
        return no(Table::tr("Nothing of %1 is running.").arg(service.name));
    }
}

Permission restart(const ServiceInfo& service)
{
    if (service.state == ServiceState::Disabled)
        return no(Table::tr("%1 is disabled. Start asks to enable it.").arg(service.name));
    return yes();
}

Permission hold(const ServiceInfo& service)
{
    return ticks(service) ? yes() : no(Table::tr("%1 has no schedule to hold.").arg(service.name));
}

bool isBeingStopped(const ServiceInfo& service)
{
    return service.state == ServiceState::Stopping;
}

/// Something of it runs, with the settings of its start.
bool isAlive(const ServiceInfo& service)
{
    return service.state == ServiceState::Starting || service.state == ServiceState::Running || isBeingStopped(service);
}

} // namespace

Permission permission(FileCommand command, const ServiceInfo& service)
{
    if (service.kind == ServiceKind::BuiltIn || service.kind == ServiceKind::Queue)
        return no(Table::tr("%1 is built in: it has no service file.").arg(service.name));
    switch (command) {
    case FileCommand::Edit:
        return isAlive(service) ? yesBut(Table::tr("what changes counts from the next start")) : yes();
    case FileCommand::Duplicate:
        if (service.state == ServiceState::Invalid)
            return no(Table::tr("The file of %1 has an error. Mend it first.").arg(service.name));
        return yes();
    case FileCommand::Remove:
        return isBeingStopped(service) ? yesBut(Table::tr("when it has stopped")) : isAlive(service) ? yesBut(Table::tr("stops it first")) : yes();
    }
    return no({});
}

Permission permission(ServiceCommand command, const ServiceInfo& service)
{
    if (service.state == ServiceState::Invalid)
        return no(Table::tr("The file of %1 has an error. Mend or remove it first.").arg(service.name));
    switch (command) {
    case ServiceCommand::Start:
        return start(service);
    case ServiceCommand::RunNow:
        return runNow(service);
    case ServiceCommand::Stop:
        return stop(service);
    case ServiceCommand::Kill:
        return kill(service);
    case ServiceCommand::Restart:
        return restart(service);
    case ServiceCommand::Hold:
        return hold(service);
    }
    return no({});
}

ServiceCommand commandForAgain(const ServiceInfo& service)
{
    return hasSingleRuns(service) ? ServiceCommand::RunNow : ServiceCommand::Start;
}

} // namespace turnspit
