#include <ui/edit/serviceediting.h>

#include <ui/edit/remarktext.h>
#include <ui/edit/servicedialog.h>
#include <ui/edit/toast.h>
#include <ui/services/servicemodel.h>
#include <ui/session/hostmirror.h>
#include <ui/text/words.h>
#include <ui/theme/icons.h>

#include <QAction>
#include <QWidget>

namespace turnspit {
namespace {

/// Of those that are about chosen services.
std::optional<FileCommand> fileCommand(ServiceEditing::Command command)
{
    switch (command) {
    case ServiceEditing::Edit:
        return FileCommand::Edit;
    case ServiceEditing::Duplicate:
        return FileCommand::Duplicate;
    case ServiceEditing::Remove:
        return FileCommand::Remove;
    default:
        return std::nullopt;
    }
}

bool isAlive(const ServiceInfo& service)
{
    return service.state == ServiceState::Starting || service.state == ServiceState::Running || service.state == ServiceState::Stopping;
}

} // namespace

ServiceEditing::ServiceEditing(HostSession& session, HostMirror& mirror, QWidget& window)
    : m_session(session), m_mirror(mirror), m_window(window), m_toast(new Toast(window)), m_requests(session, Trigger::Window)
{
    for (int n = 0; n < CommandCount; ++n)
        m_actions.at(static_cast<std::size_t>(n)) = create(static_cast<Command>(n));
    connect(&m_mirror, &HostMirror::hostChanged, this, &ServiceEditing::refresh);
    connect(&m_mirror, &HostMirror::servicesChanged, this, &ServiceEditing::tellAppeared);
    connect(&m_requests, &ServiceRequests::refused, this, [this](const QString& why) { m_toast->say(why); });
    refresh();
}

ServiceEditing::~ServiceEditing() = default;

QAction* ServiceEditing::create(Command command)
{
    auto* action = new QAction(this);
    switch (command) {
    case Add:
        action->setObjectName(QStringLiteral("actionAdd"));
        action->setIcon(actionIcon(QStringLiteral("add")));
        action->setText(tr("&Add service…"));
        action->setIconText(tr("Add"));
        action->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_N));
        break;
    case Edit:
        action->setObjectName(QStringLiteral("actionEdit"));
        action->setIcon(actionIcon(QStringLiteral("edit")));
        action->setText(tr("&Edit…"));
        action->setShortcut(QKeySequence(Qt::Key_F2));
        break;
    case Duplicate:
        action->setObjectName(QStringLiteral("actionDuplicate"));
        action->setIcon(actionIcon(QStringLiteral("duplicate")));
        action->setText(tr("&Duplicate…"));
        action->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_D));
        break;
    case Remove:
        action->setObjectName(QStringLiteral("actionRemove"));
        action->setIcon(actionIcon(QStringLiteral("remove")));
        action->setText(tr("Re&move"));
        action->setShortcut(QKeySequence(Qt::Key_Delete));
        // Where the services are: Del in a log or a field is not about them.
        action->setShortcutContext(Qt::WidgetShortcut);
        break;
    case Undo:
        action->setObjectName(QStringLiteral("actionUndo"));
        action->setIcon(actionIcon(QStringLiteral("undo")));
        action->setText(tr("&Undo"));
        action->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Z));
        break;
    case CommandCount:
        break;
    }
    connect(action, &QAction::triggered, this, [this, command] { trigger(command); });
    return action;
}

void ServiceEditing::setTargets(const QStringList& names)
{
    m_targets = names;
    refresh();
}

QStringList ServiceEditing::allowedNames(FileCommand command) const
{
    QStringList names;
    for (const QString& name : m_targets) {
        const ServiceInfo* const service = m_mirror.model().find(name);
        if (service && permission(command, *service))
            names += name;
    }
    return names;
}

QString ServiceEditing::whyNot(Command command) const
{
    if (!m_mirror.isLive())
        return tr("No host is connected.");
    if (m_mirror.host()->features.contains(QLatin1String("worker")))
        return tr("%1 is a program with services of its own: it has no service files.").arg(m_mirror.host()->host);
    const auto ofFile = fileCommand(command);
    if (!ofFile)
        return {};
    if (m_targets.isEmpty())
        return tr("Select a service first.");
    if (command != Remove && m_targets.size() > 1)
        return tr("Select one service only.");
    if (!allowedNames(*ofFile).isEmpty())
        return {};
    const ServiceInfo* const first = m_mirror.model().find(m_targets.first());
    return first ? permission(*ofFile, *first).why : tr("%1 is not there.", "a service").arg(m_targets.first());
}

/// What comes of it, where one is chosen and that is not plain.
QString ServiceEditing::noteOn(Command command) const
{
    const auto ofFile = fileCommand(command);
    const ServiceInfo* const only = ofFile && m_targets.size() == 1 ? m_mirror.model().find(m_targets.first()) : nullptr;
    return only ? permission(*ofFile, *only).note : QString();
}

void ServiceEditing::refresh()
{
    for (int n = 0; n < CommandCount; ++n) {
        const auto command = static_cast<Command>(n);
        QAction* const item = action(command);
        const QString why = whyNot(command);
        item->setEnabled(why.isEmpty());
        QString text = tr("%1 (%2)", "action, its keys")
                           .arg(item->text().remove(QLatin1Char('&')), item->shortcut().toString(QKeySequence::NativeText));
        if (const QString note = noteOn(command); !note.isEmpty())
            text = tr("%1: %2", "an action, what else comes of it").arg(text, note);
        item->setToolTip(why.isEmpty() ? text : why);
        item->setStatusTip(why);
    }
}

void ServiceEditing::trigger(Command command)
{
    if (!whyNot(command).isEmpty())
        return;
    switch (command) {
    case Add:
        return add();
    case Edit:
        return edit(m_targets.first());
    case Duplicate:
        return duplicate(m_targets.first());
    case Remove:
        return remove(allowedNames(FileCommand::Remove));
    case Undo:
        return m_tasks.spawn(takeBack(1));
    case CommandCount:
        return;
    }
}

void ServiceEditing::add()
{
    open({}, {}, {});
}

void ServiceEditing::edit(const QString& name)
{
    m_tasks.spawn(openFor(name, false));
}

void ServiceEditing::duplicate(const QString& name)
{
    m_tasks.spawn(openFor(name, true));
}

void ServiceEditing::remove(const QStringList& names)
{
    if (!names.isEmpty())
        m_tasks.spawn(removeAll(names));
}

Task<> ServiceEditing::openFor(QString name, bool copy)
{
    const auto definition = co_await m_session.definition(name);
    if (!definition) {
        fail(tr("%1 cannot be opened", "a service").arg(name), definition.error());
        co_return;
    }
    QStringList names;
    for (const ServiceInfo& service : m_mirror.model().services())
        names += service.name;
    open(copy ? QString() : name, copy ? freeName(name + QStringLiteral("-copy"), names) : name, definition->text);
}

void ServiceEditing::open(const QString& original, const QString& name, const QString& text)
{
    ServiceDialog::Draft draft;
    draft.original = original;
    draft.name = name;
    draft.text = text;
    for (const ServiceInfo& service : m_mirror.model().services()) {
        draft.names += service.name;
        if (!service.group.isEmpty() && !draft.groups.contains(service.group))
            draft.groups += service.group;
    }
    draft.groups.sort();
    const ServiceInfo* const service = original.isEmpty() ? nullptr : m_mirror.model().find(original);
    draft.isRunning = service && isAlive(*service);
    auto* dialog = new ServiceDialog(m_session, draft, &m_window);
    const bool isNew = original.isEmpty();
    connect(dialog, &ServiceDialog::saved, this,
            [this, isNew](const QString& which, bool started) { m_tasks.spawn(saved(which, isNew, started)); });
    connect(dialog, &ServiceDialog::failed, this, [this](const QString& why) { m_toast->say(why); });
    dialog->open();
}

Task<> ServiceEditing::saved(QString name, bool isNew, bool started)
{
    if (isNew) {
        m_awaited = name;
        tellAppeared();
    }
    if (started)
        co_return;
    // The answer to the save has come, so a snapshot knows whether something old still runs.
    const auto snapshot = co_await m_session.snapshot();
    if (!snapshot)
        co_return;
    for (const ServiceInfo& service : snapshot->services) {
        if (service.name == name && isAlive(service) && service.flags.contains(QLatin1StringView("changed"))) {
            m_toast->say(tr("Saved. The running process still uses the old settings."),
                         {{tr("Restart now"), [this, name] { m_requests.act(Action::Restart, {name}); }}, {tr("Later"), {}}}, std::chrono::seconds(0));
        }
    }
}

void ServiceEditing::tellAppeared()
{
    if (!m_awaited.isEmpty() && m_mirror.model().find(m_awaited))
        Q_EMIT appeared(std::exchange(m_awaited, {}));
}

Task<> ServiceEditing::removeAll(QStringList names)
{
    const auto list = [](const QStringList& some) { return some.join(QStringLiteral(", ")); };
    bool mustStop = false;
    for (const QString& name : std::as_const(names)) {
        const ServiceInfo* const service = m_mirror.model().find(name);
        mustStop = mustStop || (service && isAlive(*service));
    }
    if (mustStop)
        m_toast->say(tr("Stopping and removing %1…", "names of services").arg(list(names)), {}, std::chrono::seconds(0));
    QStringList removed;
    QStringList wrong;
    for (const QString& name : std::as_const(names)) {
        const auto result = co_await m_session.remove(name);
        if (result && result->ok)
            removed += name;
        else
            wrong += tr("%1: %2", "service, what went wrong")
                         .arg(name, result ? result->error.value_or(tr("refused")) : words::error(result.error()));
    }
    if (removed.isEmpty()) {
        m_toast->say(wrong.join(QLatin1Char('\n')));
        co_return;
    }
    QString text = removed.size() <= 3 ? tr("Removed %1.", "names of services").arg(list(removed))
                                       : tr("Removed %n services.", nullptr, static_cast<int>(removed.size()));
    if (!wrong.isEmpty())
        text += QLatin1Char('\n') + wrong.join(QLatin1Char('\n'));
    const int count = static_cast<int>(removed.size());
    m_toast->say(text, {{tr("Undo"), [this, count] { m_tasks.spawn(takeBack(count)); }}});
}

void ServiceEditing::restore(const QString& name)
{
    m_tasks.spawn(restoreGood(name));
}

Task<> ServiceEditing::restoreGood(QString name)
{
    const auto good = co_await m_session.restore(name, false);
    if (!good) {
        fail(tr("%1 cannot be restored", "a service").arg(name), good.error());
        co_return;
    }
    m_toast->say(tr("Restored the version of %1 that was good last.", "a service").arg(name),
                 {{tr("Undo"), [this] { m_tasks.spawn(takeBack(1)); }}});
}

/// The last `count` changes, the newest first.
Task<> ServiceEditing::takeBack(int count)
{
    QStringList done;
    for (int n = 0; n < count; ++n) {
        const auto undone = co_await m_session.undo();
        if (!undone) {
            fail(done.isEmpty() ? tr("Nothing was taken back") : tr("Only this was taken back: %1").arg(done.join(QStringLiteral("; "))), undone.error());
            co_return;
        }
        done += *undone;
    }
    m_toast->say(tr("Undone: %1", "what was taken back").arg(done.join(QStringLiteral("; "))));
}

void ServiceEditing::fail(const QString& what, const Error& error)
{
    m_toast->say(tr("%1: %2", "what cannot be done, why").arg(what, words::error(error)));
}

} // namespace turnspit
