#include <ui/palette/serviceverb.h>

#include <ui/edit/serviceediting.h>
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
    return {false,
            toHeld ? Verbs::tr("The schedule of %1 is held already.").arg(service.name)
                   : Verbs::tr("The schedule of %1 is not held.").arg(service.name),
            {}};
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

QList<ServiceVerb> fileVerbs(ServiceEditing& editing)
{
    const auto verb = [&](FileCommand command, ServiceEditing::Command action, const QString& pattern, const char* icon, const char* line,
                          void (*run)(ServiceEditing&, const QString&)) {
        ServiceVerb made;
        made.pattern = pattern;
        made.icon = QLatin1String(icon);
        made.keys = editing.action(action)->shortcut();
        made.permission = [command](const ServiceInfo& service) { return permission(command, service); };
        made.commandLine = [line](const ServiceInfo& service) {
            return line ? QString::fromLatin1(line).arg(service.name) : QString();
        };
        made.run = [&editing, run](const QString& name) { run(editing, name); };
        return made;
    };
    return {verb(FileCommand::Edit, ServiceEditing::Edit, Verbs::tr("Edit %1…"), "edit", "turnspitctl edit %1 KEY=VALUE",
                 [](ServiceEditing& editor, const QString& name) { editor.edit(name); }),
            verb(FileCommand::Duplicate, ServiceEditing::Duplicate, Verbs::tr("Duplicate %1…"), "duplicate", nullptr,
                 [](ServiceEditing& editor, const QString& name) { editor.duplicate(name); }),
            verb(FileCommand::Remove, ServiceEditing::Remove, Verbs::tr("Remove %1"), "remove", "turnspitctl remove %1",
                 [](ServiceEditing& editor, const QString& name) { editor.remove({name}); })};
}

} // namespace turnspit
