#include <ui/window/remedies.h>

#include <ui/services/actiontable.h>

#include <QCoreApplication>

namespace turnspit {
namespace {

struct Remedies
{
    Q_DECLARE_TR_FUNCTIONS(turnspit::Remedies)
};

/// What begins the service, or a run of it, once more.
Remedy again(const ServiceInfo& service, Remedy run, Remedy start)
{
    return permission(ServiceCommand::RunNow, service) ? run : start;
}

} // namespace

QList<Remedy> remedies(const ServiceInfo& service, bool goodIsKept)
{
    const auto has = [&service](const char* flag) { return service.flags.contains(QLatin1String(flag)); };
    switch (service.state) {
    case ServiceState::Stopped:
        if (permission(ServiceCommand::RunNow, service) && service.kind != ServiceKind::Manual)
            return {Remedy::Start, Remedy::RunNow};
        return {again(service, Remedy::RunNow, Remedy::Start)};
    case ServiceState::Starting:
        return {Remedy::ShowLog, Remedy::Stop};
    case ServiceState::Running:
        if (has("file-broken"))
            return goodIsKept ? QList{Remedy::Restore, Remedy::Edit, Remedy::ShowLog} : QList{Remedy::Edit, Remedy::ShowLog};
        if (has("changed"))
            return {Remedy::RestartNow, Remedy::ShowLog};
        if (has("unhealthy"))
            return {Remedy::ShowLog, Remedy::Restart};
        return {Remedy::ShowLog};
    case ServiceState::Waiting:
        if (has("held"))
            return {Remedy::Resume, Remedy::RunNow};
        return {Remedy::RunNow, Remedy::ShowLog};
    case ServiceState::BackingOff:
        return {Remedy::ShowLog, Remedy::StartNow, Remedy::Stop};
    case ServiceState::Stopping:
        return {Remedy::WaitLonger, Remedy::KillNow, Remedy::ShowLog};
    case ServiceState::Failed:
        return {Remedy::ShowLog, again(service, Remedy::RunAgain, Remedy::Start), Remedy::Edit};
    case ServiceState::Completed:
        return {again(service, Remedy::RunAgain, Remedy::Start), Remedy::ShowLog};
    case ServiceState::Disabled:
        return {Remedy::Enable};
    case ServiceState::Invalid:
        return goodIsKept ? QList{Remedy::Restore, Remedy::Edit} : QList{Remedy::Edit};
    }
    return {};
}

QString text(Remedy remedy)
{
    switch (remedy) {
    case Remedy::ShowLog:
        return Remedies::tr("Show log");
    case Remedy::Start:
        return Remedies::tr("Start");
    case Remedy::StartNow:
        return Remedies::tr("Try now");
    case Remedy::RunAgain:
        return Remedies::tr("Run again");
    case Remedy::RunNow:
        return Remedies::tr("Run now");
    case Remedy::Stop:
        return Remedies::tr("Stop");
    case Remedy::Restart:
        return Remedies::tr("Restart");
    case Remedy::RestartNow:
        return Remedies::tr("Restart now");
    case Remedy::WaitLonger:
        return Remedies::tr("Wait longer");
    case Remedy::KillNow:
        return Remedies::tr("Kill now");
    case Remedy::Enable:
        return Remedies::tr("Enable");
    case Remedy::Edit:
        return Remedies::tr("Edit…");
    case Remedy::Resume:
        return Remedies::tr("Resume schedule");
    case Remedy::Restore:
        return Remedies::tr("Restore last good version");
    }
    return {};
}

} // namespace turnspit
