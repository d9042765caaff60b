#include <ui/services/serviceactions.h>

#include <ui/text/words.h>

#include <QAction>
#include <QMessageBox>
#include <QPushButton>

namespace turnspit {
namespace {

bool isHeld(const ServiceInfo& service)
{
    return service.flags.contains(QLatin1String("held"));
}

} // namespace

ServiceActions::ServiceActions(HostSession& session, QWidget& window) : m_session(session), m_window(window)
{
    for (const ServiceCommand command : commands)
        m_actions.at(static_cast<std::size_t>(command)) = create(command);
    refresh();
}

ServiceActions::~ServiceActions() = default;

QAction* ServiceActions::create(ServiceCommand command)
{
    auto* action = new QAction(this);
    switch (command) {
    case ServiceCommand::Start:
        action->setObjectName(QStringLiteral("actionStart"));
        action->setText(tr("&Start"));
        break;
    case ServiceCommand::Stop:
        action->setObjectName(QStringLiteral("actionStop"));
        action->setText(tr("S&top"));
        action->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Period));
        break;
    case ServiceCommand::Restart:
        action->setObjectName(QStringLiteral("actionRestart"));
        action->setText(tr("&Restart"));
        action->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_R));
        break;
    case ServiceCommand::RunNow:
        action->setObjectName(QStringLiteral("actionRunNow"));
        action->setText(tr("Run &now"));
        action->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Return));
        break;
    case ServiceCommand::Kill:
        action->setObjectName(QStringLiteral("actionKill"));
        action->setText(tr("&Kill"));
        action->setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_K));
        break;
    case ServiceCommand::Hold:
        action->setObjectName(QStringLiteral("actionHold"));
        action->setText(tr("&Hold schedule"));
        action->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_H));
        break;
    }
    connect(action, &QAction::triggered, this, [this, command] { ask(command); });
    return action;
}

void ServiceActions::setTargets(QList<ServiceInfo> targets, bool live)
{
    m_targets = std::move(targets);
    m_live = live;
    refresh();
}

QStringList ServiceActions::allowedNames(ServiceCommand command) const
{
    QStringList names;
    for (const ServiceInfo& service : m_targets) {
        if (permission(command, service))
            names += service.name;
    }
    return names;
}

void ServiceActions::refresh()
{
    const bool resumes = !m_targets.isEmpty() && std::all_of(m_targets.begin(), m_targets.end(), isHeld);
    action(ServiceCommand::Hold)->setText(resumes ? tr("R&esume schedule") : tr("&Hold schedule"));

    for (const ServiceCommand command : commands) {
        QAction* const item = action(command);
        QString why;
        if (!m_live)
            why = tr("No host is connected.");
        else if (m_targets.isEmpty())
            why = tr("Select a service first.");
        else if (allowedNames(command).isEmpty())
            why = permission(command, m_targets.first()).why;
        item->setEnabled(why.isEmpty());

        QString text = item->text().remove(QLatin1Char('&'));
        const QString keys = item->shortcut().toString(QKeySequence::NativeText);
        if (!keys.isEmpty())
            text = tr("%1 (%2)", "action, its keys").arg(text, keys);
        item->setToolTip(why.isEmpty() ? text : why);
        item->setStatusTip(why);
    }
}

void ServiceActions::toggle()
{
    if (action(ServiceCommand::Start)->isEnabled())
        ask(ServiceCommand::Start);
    else if (action(ServiceCommand::Stop)->isEnabled())
        ask(ServiceCommand::Stop);
}

void ServiceActions::ask(ServiceCommand command)
{
    const QStringList names = m_live ? allowedNames(command) : QStringList();
    if (names.isEmpty())
        return;
    switch (command) {
    case ServiceCommand::Start: {
        QStringList asleep;
        QStringList ready;
        for (const ServiceInfo& service : std::as_const(m_targets)) {
            if (names.contains(service.name))
                (service.state == ServiceState::Disabled ? asleep : ready) += service.name;
        }
        if (!ready.isEmpty())
            request(Action::Start, ready);
        if (!asleep.isEmpty())
            confirmEnable(asleep);
        return;
    }
    case ServiceCommand::Stop:
        return request(Action::Stop, names);
    case ServiceCommand::Restart:
        return request(Action::Restart, names);
    case ServiceCommand::RunNow:
        for (const QString& name : names)
            m_tasks.spawn(run(name));
        return;
    case ServiceCommand::Kill: {
        // While a stop is under way the way out must be one click; else it is asked once.
        const bool stopping = std::all_of(m_targets.begin(), m_targets.end(), [&](const ServiceInfo& service) {
            return service.state == ServiceState::Stopping || !names.contains(service.name);
        });
        return stopping ? request(Action::Kill, names) : confirmKill(names);
    }
    case ServiceCommand::Hold:
        return request(std::all_of(m_targets.begin(), m_targets.end(), isHeld) ? Action::Resume : Action::Hold, names);
    }
}

void ServiceActions::confirmKill(const QStringList& names)
{
    auto* box = new QMessageBox(QMessageBox::Warning, tr("Kill"),
                                tr("Kill %n service(s) now?", nullptr, static_cast<int>(names.size())), QMessageBox::Cancel, &m_window);
    box->setObjectName(QStringLiteral("killDialog"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(tr("%1\n\nThe whole process tree ends without a chance to finish its work. Stop asks politely first.")
                                .arg(names.join(QStringLiteral(", "))));
    QPushButton* const kill = box->addButton(tr("Kill now"), QMessageBox::DestructiveRole);
    box->setDefaultButton(QMessageBox::Cancel);
    connect(kill, &QPushButton::clicked, this, [this, names] { request(Action::Kill, names); });
    box->open();
}

void ServiceActions::confirmEnable(const QStringList& names)
{
    auto* box = new QMessageBox(QMessageBox::Question, tr("Start"),
                                tr("Enable and start %n service(s)?", nullptr, static_cast<int>(names.size())), QMessageBox::Cancel,
                                &m_window);
    box->setObjectName(QStringLiteral("enableDialog"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(tr("Disabled: %1. A disabled service never starts.").arg(names.join(QStringLiteral(", "))));
    QPushButton* const enable = box->addButton(tr("Enable and start"), QMessageBox::AcceptRole);
    box->setDefaultButton(QMessageBox::Cancel);
    connect(enable, &QPushButton::clicked, this, [this, names] { m_tasks.spawn(enableAndStart(names)); });
    box->open();
}

void ServiceActions::request(Action action, const QStringList& names)
{
    m_tasks.spawn(act(action, names));
}

Task<> ServiceActions::act(Action action, QStringList names)
{
    ActionRequest request;
    request.action = action;
    request.names = std::move(names);
    request.wait = false;
    request.trigger = Trigger::Window;
    const auto results = co_await m_session.act(std::move(request));
    if (!results) {
        Q_EMIT refused(words::error(results.error()));
        co_return;
    }
    for (const ActionResult& result : *results) {
        if (!result.ok)
            Q_EMIT refused(tr("%1: %2", "service, what went wrong").arg(result.name, result.error.value_or(tr("refused"))));
    }
}

Task<> ServiceActions::run(QString name)
{
    const auto begun = co_await m_session.run(name, Trigger::Window);
    if (!begun)
        Q_EMIT refused(tr("%1: %2", "service, what went wrong").arg(name, words::error(begun.error())));
}

Task<> ServiceActions::enableAndStart(QStringList names)
{
    co_await act(Action::Enable, names);
    co_await act(Action::Start, names);
}

} // namespace turnspit
