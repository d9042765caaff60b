#include <ui/tray/traymenu.h>

#include <ui/services/actiontable.h>
#include <ui/text/words.h>
#include <ui/theme/stateicon.h>
#include <ui/tray/overall.h>
#include <ui/tray/unseenfailures.h>

#include <QAction>
#include <QMenu>
#include <QSignalBlocker>

#include <algorithm>

namespace turnspit {
namespace {

bool isHeld(const ServiceInfo& service)
{
    return service.flags.contains(QLatin1String("held"));
}

void show(QAction& action, const QString& text, bool visible)
{
    action.setText(text);
    action.setVisible(visible);
}

} // namespace

TrayMenu::TrayMenu(QObject* parent) : QObject(parent), m_menu(std::make_unique<QMenu>())
{
    m_menu->setObjectName(QStringLiteral("trayMenu"));
    for (int n = 0; n < slotCount; ++n)
        createSlot(m_slots.at(static_cast<std::size_t>(n)), n);
    m_more = add("trayMore");
    m_menu->addSeparator();
    createHold();
    m_open = add("trayOpen");
    m_startHere = add("trayStartHere");
    m_menu->addSeparator();
    m_atLogin = add("trayStartAtLogin");
    m_atLogin->setCheckable(true);
    m_menu->addSeparator();
    m_quit = add("trayQuit");

    m_open->setText(tr("Open Turnspit"));
    m_startHere->setText(tr("Start the services here"));
    m_atLogin->setText(tr("Start at login"));
    connect(m_more, &QAction::triggered, this, &TrayMenu::openWindow);
    connect(m_open, &QAction::triggered, this, &TrayMenu::openWindow);
    connect(m_startHere, &QAction::triggered, this, &TrayMenu::startHere);
    connect(m_atLogin, &QAction::triggered, this, &TrayMenu::startAtLogin);
    connect(m_quit, &QAction::triggered, this, &TrayMenu::quit);
    connect(m_menu.get(), &QMenu::aboutToShow, this, [this] { setOpen(true); });
    connect(m_menu.get(), &QMenu::aboutToHide, this, [this] { setOpen(false); });
    setContent({}, {});
}

TrayMenu::~TrayMenu() = default;

QAction* TrayMenu::add(const char* objectName)
{
    auto* const action = m_menu->addAction(QString());
    action->setObjectName(QLatin1String(objectName));
    return action;
}

void TrayMenu::createSlot(Slot& slot, int number)
{
    slot.menu = m_menu->addMenu(QString());
    slot.menu->setObjectName(QStringLiteral("traySlot%1").arg(number));
    QAction* const log = slot.menu->addAction(tr("Show log"));
    slot.menu->addSeparator();
    slot.start = slot.menu->addAction(QString());
    slot.runNow = slot.menu->addAction(QString());
    slot.restart = slot.menu->addAction(tr("Restart"));
    slot.stop = slot.menu->addAction(tr("Stop"));
    slot.hold = slot.menu->addAction(QString());
    connect(log, &QAction::triggered, this, [this, &slot] { Q_EMIT showLog(slot.name); });
    connect(slot.start, &QAction::triggered, this, [this, &slot] { ask(QuickCommand::Start, slot); });
    connect(slot.runNow, &QAction::triggered, this, [this, &slot] { ask(QuickCommand::RunNow, slot); });
    connect(slot.restart, &QAction::triggered, this, [this, &slot] { ask(QuickCommand::Restart, slot); });
    connect(slot.stop, &QAction::triggered, this, [this, &slot] { ask(QuickCommand::Stop, slot); });
    connect(slot.hold, &QAction::triggered, this,
            [this, &slot] { ask(slot.held ? QuickCommand::Resume : QuickCommand::Hold, slot); });
}

void TrayMenu::createHold()
{
    m_hold = m_menu->addMenu(tr("Hold schedules"));
    m_hold->setObjectName(QStringLiteral("trayHold"));
    const auto addSpan = [this](HoldSpan span, const char* objectName, const QString& text) {
        QAction* const action = m_hold->addAction(text);
        action->setObjectName(QLatin1String(objectName));
        connect(action, &QAction::triggered, this, [this, span] { Q_EMIT holdAsked(span, m_schedules.holdable); });
    };
    addSpan(HoldSpan::Hour, "trayHoldHour", tr("1 hour"));
    addSpan(HoldSpan::UntilTomorrow, "trayHoldTomorrow", tr("Until tomorrow"));
    addSpan(HoldSpan::UntilResumed, "trayHoldResumed", tr("Until I resume"));
    m_resume = add("trayResume");
    m_resume->setText(tr("Resume schedules"));
    connect(m_resume, &QAction::triggered, this, [this] { Q_EMIT asked(QuickCommand::Resume, m_schedules.held); });

    QMenu* const notices = m_menu->addMenu(tr("Hold notices"));
    notices->setObjectName(QStringLiteral("trayHoldNotices"));
    const auto addNoticeSpan = [this, notices](HoldSpan span, const char* objectName, const QString& text) {
        QAction* const action = notices->addAction(text);
        action->setObjectName(QLatin1String(objectName));
        connect(action, &QAction::triggered, this, [this, span] { Q_EMIT noticeHoldAsked(span); });
    };
    addNoticeSpan(HoldSpan::Hour, "trayHoldNoticesHour", tr("1 hour"));
    addNoticeSpan(HoldSpan::UntilTomorrow, "trayHoldNoticesTomorrow", tr("Until tomorrow"));
    m_resumeNotices = add("trayResumeNotices");
    m_resumeNotices->setText(tr("Show notices again"));
    connect(m_resumeNotices, &QAction::triggered, this, &TrayMenu::noticesAsked);
    m_menu->addSeparator();
}

void TrayMenu::ask(QuickCommand command, const Slot& slot)
{
    const QString name = slot.name;
    m_used.removeAll(name);
    m_used.prepend(name);
    Q_EMIT asked(command, QStringList{name});
}

void TrayMenu::setOpen(bool open)
{
    m_isOpen = open;
}

void TrayMenu::setContent(const Content& content, WallTime now)
{
    m_content = content;
    // The host's own is looked after in the window, unless it needs somebody.
    m_content.services.removeIf([](const ServiceInfo& service) { return isOfHost(service) && service.state != ServiceState::Failed; });
    if (!m_isOpen)
        arrange();

    m_schedules = Schedules::of(content.services, content.holdEnds);
    QHash<QString, const ServiceInfo*> byName;
    for (const ServiceInfo& service : m_content.services)
        byName.insert(service.name, &service);
    int shown = 0;
    for (std::size_t n = 0; n < m_slots.size(); ++n) {
        const QString name = m_order.value(static_cast<qsizetype>(n));
        const ServiceInfo* const service = m_content.live ? byName.value(name) : nullptr;
        shown += service != nullptr;
        fill(m_slots.at(n), service, now);
    }

    const int more = m_content.live ? static_cast<int>(m_content.services.size()) - shown : 0;
    show(*m_more, tr("More services (%1)…").arg(more), more > 0);
    m_hold->menuAction()->setVisible(m_content.live && !m_schedules.holdable.isEmpty());
    m_resume->setVisible(m_content.live && !m_schedules.held.isEmpty());
    m_resumeNotices->setVisible(m_content.noticesHeldUntil.has_value());
    m_startHere->setVisible(m_content.canStartHere);
    m_atLogin->setChecked(m_content.startsAtLogin);
    const int stops = liveCount(m_content.services);
    if (m_content.quitting)
        m_quit->setText(tr("Show what is still stopping…"));
    else if (!m_content.inProcess)
        m_quit->setText(tr("Quit Turnspit (services go on)"));
    else
        m_quit->setText(stops > 0 ? tr("Quit Turnspit (stops %n service(s))…", nullptr, stops) : tr("Quit Turnspit"));
}

void TrayMenu::arrange()
{
    QStringList failed = m_content.unseen;
    QStringList used;
    QStringList others;
    for (const ServiceInfo& service : std::as_const(m_content.services)) {
        if (failed.contains(service.name))
            continue;
        if (UnseenFailures::isFailure(service))
            failed += service.name;
        else
            (m_used.contains(service.name) ? used : others) += service.name;
    }
    std::ranges::sort(used, {}, [this](const QString& name) { return m_used.indexOf(name); });
    m_order = (failed + used + others).mid(0, slotCount);
}

void TrayMenu::fill(Slot& slot, const ServiceInfo* service, WallTime now) const
{
    slot.menu->menuAction()->setVisible(service != nullptr);
    slot.name = service ? service->name : QString();
    if (!service)
        return;
    slot.held = isHeld(*service);
    const bool failed = UnseenFailures::isFailure(*service);
    QString what = words::state(service->state);
    if (failed)
        what = tr("failed at %1").arg(words::pointInTime(service->since, now));
    else if (slot.held)
        what = m_content.holdEnds.contains(service->name)
                   ? tr("held until %1", "a time").arg(words::until(m_content.holdEnds.value(service->name), now))
                   : tr("held");
    else if (service->nextRun)
        what = words::pointInTime(*service->nextRun, now);
    slot.menu->setTitle(tr("%1 — %2", "service, its state or its next run").arg(service->name, what));
    const ServiceState icon = failed ? ServiceState::Failed : service->state;
    if (slot.icon != std::exchange(slot.icon, icon)) // an action tells of an icon even where it is the same
        slot.menu->setIcon(stateIcon(icon));

    const auto allowed = [service](ServiceCommand command) { return permission(command, *service).allowed; };
    const bool kept = service->kind == ServiceKind::Kept || service->kind == ServiceKind::Queue;
    const bool runs = allowed(ServiceCommand::RunNow);
    // Single runs have a command of their own; then Start would arm the schedule, which Run again does not promise.
    show(*slot.start, kept && service->state == ServiceState::Failed ? tr("Run again") : tr("Start"),
         allowed(ServiceCommand::Start) && service->kind != ServiceKind::Manual);
    show(*slot.runNow, failed ? tr("Run again") : tr("Run now"), runs);
    slot.restart->setVisible(allowed(ServiceCommand::Restart) && isLive(*service));
    slot.stop->setVisible(allowed(ServiceCommand::Stop));
    show(*slot.hold, slot.held ? tr("Resume schedule") : tr("Hold schedule"), allowed(ServiceCommand::Hold));
}

} // namespace turnspit
