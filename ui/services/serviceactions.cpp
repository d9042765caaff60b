#include <ui/services/serviceactions.h>

#include <turnspit/base/clock.h>
#include <ui/theme/icons.h>

#include <QAction>
#include <QEvent>
#include <QMessageBox>
#include <QPushButton>

#include <utility>

namespace turnspit {
namespace {

bool isHeld(const ServiceInfo& service)
{
    return service.flags.contains(QLatin1String("held"));
}

/// Knows whether it was triggered by its keys, which a hand hits by mistake.
class KeyedAction final : public QAction
{
public:
    using QAction::QAction;
    [[nodiscard]] bool takeByKey() { return std::exchange(m_byKey, false); }

protected:
    bool event(QEvent* event) override
    {
        m_byKey = event->type() == QEvent::Shortcut;
        const bool taken = QAction::event(event);
        m_byKey = false;
        return taken;
    }

private:
    bool m_byKey = false;
};

} // namespace

ServiceActions::ServiceActions(HostSession& session, QWidget& window)
    : m_requests(session, Trigger::Window), m_window(window), m_resumeAll(new QAction(this))
{
    for (const ServiceCommand command : commands)
        m_actions.at(static_cast<std::size_t>(command)) = create(command);
    const auto setUpHold = [this](HoldSpan span, const char* objectName, const QString& text) {
        QAction*& action = m_holdAll.at(static_cast<std::size_t>(span));
        action = new QAction(this);
        setUp(action, objectName, QStringLiteral("hold"), text, {});
        connect(action, &QAction::triggered, this, [this, span] { holdAll(span); });
    };
    setUpHold(HoldSpan::Hour, "actionHoldHour", tr("Hold all schedules for 1 hour"));
    setUpHold(HoldSpan::UntilTomorrow, "actionHoldTomorrow", tr("Hold all schedules until tomorrow"));
    setUpHold(HoldSpan::UntilResumed, "actionHoldAll", tr("Hold all schedules until I resume"));
    setUp(m_resumeAll, "actionResumeAll", QStringLiteral("resume"), tr("Resume all schedules"), {});
    connect(m_resumeAll, &QAction::triggered, this, [this] { m_requests.act(Action::Resume, m_schedules.held); });
    connect(&m_requests, &ServiceRequests::refused, this, &ServiceActions::refused);
    connect(&m_requests, &ServiceRequests::stopExtended, this, &ServiceActions::stopExtended);
    connect(&m_requests, &ServiceRequests::done, this, &ServiceActions::done);
    setAll({}, false);
    refresh();
}

ServiceActions::~ServiceActions() = default;

void ServiceActions::setUp(QAction* action, const char* objectName, const QString& icon, const QString& text, const QKeySequence& keys)
{
    action->setIcon(actionIcon(icon));
    action->setObjectName(QString::fromLatin1(objectName));
    action->setText(text);
    action->setShortcut(keys);
    action->setAutoRepeat(false); // a key that is held down asks once
}

QAction* ServiceActions::create(ServiceCommand command)
{
    if (command == ServiceCommand::Kill) {
        auto* action = new KeyedAction(this);
        setUp(action, "actionKill", QStringLiteral("kill"), tr("&Kill now"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_K));
        connect(action, &QAction::triggered, this, [this, action] {
            action->takeByKey() ? ask(ServiceCommand::Kill) : killNow();
        });
        return action;
    }
    auto* action = new QAction(this);
    switch (command) {
    case ServiceCommand::Start:
        setUp(action, "actionStart", QStringLiteral("start"), tr("&Start"), {});
        break;
    case ServiceCommand::Stop:
        setUp(action, "actionStop", QStringLiteral("stop"), tr("S&top"), QKeySequence(Qt::CTRL | Qt::Key_Period));
        break;
    case ServiceCommand::Restart:
        setUp(action, "actionRestart", QStringLiteral("restart"), tr("&Restart"), QKeySequence(Qt::CTRL | Qt::Key_R));
        break;
    case ServiceCommand::RunNow:
        setUp(action, "actionRunNow", QStringLiteral("run-now"), tr("Run &now"), QKeySequence(Qt::CTRL | Qt::Key_Return));
        break;
    case ServiceCommand::Hold:
        setUp(action, "actionHold", QStringLiteral("hold"), tr("&Hold schedule"), QKeySequence(Qt::CTRL | Qt::Key_H));
        break;
    case ServiceCommand::Kill:
        break;
    }
    connect(action, &QAction::triggered, this, [this, command] { ask(command); });
    return action;
}

void ServiceActions::setAll(const Schedules& schedules, bool live)
{
    m_schedules = schedules;
    const auto show = [live](QAction* action, const QStringList& names, const QString& why) {
        action->setEnabled(live && !names.isEmpty());
        action->setToolTip(live ? names.isEmpty() ? why : action->text() : tr("No host is connected."));
        action->setStatusTip(action->isEnabled() ? QString() : action->toolTip());
    };
    for (QAction* const action : m_holdAll)
        show(action, m_schedules.holdable, tr("No schedule is there to be held."));
    show(m_resumeAll, m_schedules.held, tr("No schedule is held."));
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
    if (std::exchange(m_holdResumes, resumes) != resumes) { // an icon that is set is a change to every menu and button, whatever it is
        action(ServiceCommand::Hold)->setText(resumes ? tr("R&esume schedule") : tr("&Hold schedule"));
        action(ServiceCommand::Hold)->setIcon(actionIcon(resumes ? QStringLiteral("resume") : QStringLiteral("hold")));
    }

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
            m_requests.act(Action::Start, ready);
        if (!asleep.isEmpty())
            confirmEnable(asleep);
        return;
    }
    case ServiceCommand::Stop:
        return m_requests.act(Action::Stop, names);
    case ServiceCommand::Restart:
        return m_requests.act(Action::Restart, names);
    case ServiceCommand::RunNow:
        return m_requests.run(names);
    case ServiceCommand::Kill:
        return confirmKill(names);
    case ServiceCommand::Hold:
        return m_requests.act(std::all_of(m_targets.begin(), m_targets.end(), isHeld) ? Action::Resume : Action::Hold, names);
    }
}

void ServiceActions::confirmKill(const QStringList& names)
{
    if (m_window.findChild<QMessageBox*>(QStringLiteral("killDialog")))
        return;
    auto* box = new QMessageBox(QMessageBox::Warning, tr("Kill"),
                                names.size() == 1 ? tr("Kill %1 now?").arg(names.first())
                                                  : tr("Kill %n services now?", nullptr, static_cast<int>(names.size())),
                                QMessageBox::Cancel, &m_window);
    box->setObjectName(QStringLiteral("killDialog"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    const QString warning = tr("The whole process tree ends without a chance to finish its work. Stop asks politely first.");
    box->setInformativeText(names.size() == 1 ? warning : QString(names.join(QStringLiteral(", ")) + QStringLiteral("\n\n") + warning));
    QPushButton* const kill = box->addButton(tr("Kill now"), QMessageBox::DestructiveRole);
    box->setDefaultButton(QMessageBox::Cancel);
    connect(kill, &QPushButton::clicked, this, [this, names] { m_requests.act(Action::Kill, names); });
    box->open();
}

void ServiceActions::confirmEnable(const QStringList& names)
{
    auto* box = new QMessageBox(QMessageBox::Question, tr("Start"),
                                names.size() == 1 ? tr("Enable and start %1?").arg(names.first())
                                                  : tr("Enable and start %n services?", nullptr, static_cast<int>(names.size())),
                                QMessageBox::Cancel, &m_window);
    box->setObjectName(QStringLiteral("enableDialog"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(tr("Disabled: %1. A disabled service never starts.").arg(names.join(QStringLiteral(", "))));
    QPushButton* const enable = box->addButton(tr("Enable and start"), QMessageBox::AcceptRole);
    box->setDefaultButton(QMessageBox::Cancel);
    connect(enable, &QPushButton::clicked, this, [this, names] { m_requests.enableAndStart(names); });
    box->open();
}

void ServiceActions::holdAll(HoldSpan span)
{
    m_requests.act(Action::Hold, m_schedules.holdable, endOf(span, Clock::current().wallNow()));
}

void ServiceActions::killNow()
{
    if (const QStringList names = m_live ? allowedNames(ServiceCommand::Kill) : QStringList(); !names.isEmpty())
        m_requests.act(Action::Kill, names);
}

void ServiceActions::extendStop(const QString& name, Milliseconds by)
{
    m_requests.extendStop(name, by);
}

void ServiceActions::enable(const QString& name)
{
    m_requests.act(Action::Enable, {name});
}

void ServiceActions::again(const ServiceInfo& service)
{
    if (commandForAgain(service) == ServiceCommand::Start && service.state == ServiceState::Disabled)
        confirmEnable({service.name});
    else
        m_requests.again(service);
}

void ServiceActions::restart(const QString& name)
{
    m_requests.act(Action::Restart, {name});
}

} // namespace turnspit
