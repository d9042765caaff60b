#include <ui/palette/serviceverb.h>

#include <ui/services/serviceactions.h>

#include <QAction>
#include <QCoreApplication>

namespace turnspit {
namespace {

struct Verbs
{
    Q_DECLARE_TR_FUNCTIONS(turnspit::ServiceVerb)
};

bool isHeld(const ServiceInfo& service)
{
    return service.flags.contains(QLatin1String("held"));
}

/// Hold and resume are one command of the table, which turns what there is.
Permission turning(const ServiceInfo& service, bool toHeld)
{
    const Permission table = permission(ServiceCommand::Hold, service);
    if (!table || isHeld(service) != toHeld)
        return table;
    return {false, toHeld ? Verbs::tr("The schedule of %1 is held already.").arg(service.name)
                          : Verbs::tr("The schedule of %1 is not held.").arg(service.name)};
}

} // namespace

QList<ServiceVerb> commandVerbs(const ServiceActions& actions, std::function<void(ServiceCommand, const QString& name)> ask)
{
    const auto verb = [&](ServiceCommand command, const QString& pattern, const char* icon, const char* line) {
        ServiceVerb made;
        made.pattern = pattern;
        made.icon = QLatin1String(icon);
        made.keys = actions.action(command)->shortcut();
        made.permission = [command](const ServiceInfo& service) { return permission(command, service); };
        made.commandLine = [line](const ServiceInfo& service) {
            return QStringLiteral("turnspitctl %1 %2").arg(QLatin1String(line), service.name);
        };
        made.run = [ask, command](const QString& name) { ask(command, name); };
        return made;
    };
    ServiceVerb hold = verb(ServiceCommand::Hold, Verbs::tr("Hold schedule of %1"), "hold", "hold");
    hold.permission = [](const ServiceInfo& service) { return turning(service, true); };
    ServiceVerb resume = verb(ServiceCommand::Hold, Verbs::tr("Resume schedule of %1"), "resume", "resume");
    resume.permission = [](const ServiceInfo& service) { return turning(service, false); };
    return {verb(ServiceCommand::Start, Verbs::tr("Start %1"), "start", "start"),
            verb(ServiceCommand::Stop, Verbs::tr("Stop %1"), "stop", "stop"),
            verb(ServiceCommand::Restart, Verbs::tr("Restart %1"), "restart", "restart"),
            verb(ServiceCommand::RunNow, Verbs::tr("Run %1 now"), "run-now", "run"),
            verb(ServiceCommand::Kill, Verbs::tr("Kill %1"), "kill", "kill"),
            hold,
            resume};
}

} // namespace turnspit
