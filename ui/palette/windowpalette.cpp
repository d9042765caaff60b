#include <ui/palette/windowpalette.h>

#include <ui/edit/serviceediting.h>
#include <ui/palette/commandpalette.h>
#include <ui/services/serviceactions.h>
#include <ui/services/servicemodel.h>
#include <ui/session/hostmirror.h>

#include <QAction>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>

namespace turnspit {
namespace {

void collect(const QList<QAction*>& from, QList<QAction*>& into)
{
    for (QAction* const action : from) {
        if (const QMenu* const menu = action->menu())
            collect(menu->actions(), into);
        else
            into += action;
    }
}

} // namespace

WindowPalette::WindowPalette(QMainWindow& window, ServiceActions& actions, ServiceEditing& editing, const HostMirror& mirror, Hooks hooks)
    : QObject(&window), m_window(window), m_actions(actions), m_editing(editing), m_mirror(mirror), m_hooks(std::move(hooks)),
      m_action(new QAction(tr("Command &palette"), this)), m_palette(new CommandPalette(window)),
      m_verbs(commandVerbs(actions, [this](ServiceCommand command, const QString& name) { ask(command, name); }))
{
    m_action->setObjectName(QStringLiteral("actionPalette"));
    m_action->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_K));
    connect(m_action, &QAction::triggered, this, &WindowPalette::open);
    window.addAction(m_action);

    ServiceVerb log;
    log.pattern = tr("Show log of %1");
    log.icon = QStringLiteral("show-log");
    log.permission = [](const ServiceInfo&) { return Permission(); };
    log.commandLine = [](const ServiceInfo& service) { return QStringLiteral("turnspitctl logs -f %1").arg(service.name); };
    log.run = m_hooks.showLog;
    m_verbs += log;
    m_verbs += fileVerbs(editing);
    m_palette->setVerbs(m_verbs);
}

void WindowPalette::open()
{
    m_palette->open(m_mirror.model().services(), m_hooks.current(), m_mirror.isLive(), windowActions());
}

void WindowPalette::ask(ServiceCommand command, const QString& name)
{
    // What the host said last counts, not what was listed.
    const ServiceInfo* const service = m_mirror.model().find(name);
    if (!service)
        return;
    m_actions.setTargets({*service}, m_mirror.isLive());
    m_actions.ask(command);
    m_hooks.refreshTargets();
}

QList<QAction*> WindowPalette::windowActions() const
{
    QList<QAction*> all;
    collect(m_window.menuBar()->actions(), all);
    // What is done with the selected services is there as verbs.
    QList<QAction*> own{m_action};
    for (const auto command : {ServiceEditing::Edit, ServiceEditing::Duplicate, ServiceEditing::Remove})
        own += m_editing.action(command);
    for (const ServiceCommand command : ServiceActions::commands)
        own += m_actions.action(command);
    all.removeIf([&](QAction* action) { return own.contains(action); });
    return all;
}

} // namespace turnspit
