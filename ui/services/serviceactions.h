#pragma once

#include <ui/services/actiontable.h>
#include <ui/services/holdspan.h>
#include <ui/services/servicerequests.h>

#include <array>

class QAction;
class QWidget;

namespace turnspit {

/// The actions on the selected services: enabled by the table of states, with the reason in the tooltip where they are not, and
/// carried out over the session. Nothing is shown as done before the host says so.
///
/// Kill is asked about once where it comes from the keyboard, and not where somebody has aimed at its words.
///
/// objectNames: actionStart, actionRunNow, actionStop, actionKill, actionRestart, actionHold, actionHoldHour, actionHoldTomorrow,
/// actionHoldAll, actionResumeAll.
class ServiceActions final : public QObject
{
    Q_OBJECT
public:
    static constexpr std::array commands{ServiceCommand::Start,   ServiceCommand::Stop, ServiceCommand::Restart,
                                         ServiceCommand::RunNow,  ServiceCommand::Kill, ServiceCommand::Hold};

    /// Questions open over `window`, which must outlive this; so must the session.
    ServiceActions(HostSession& session, QWidget& window);
    ~ServiceActions() override;

    [[nodiscard]] QAction* action(ServiceCommand command) const { return m_actions.at(static_cast<std::size_t>(command)); }

    /// For everything that has a schedule, selected or not.
    [[nodiscard]] QList<QAction*> holdAll() const { return {m_holdAll.begin(), m_holdAll.end()}; }
    [[nodiscard]] QAction* resumeAll() const { return m_resumeAll; }

    /// What there is beside the selected ones, for holdAll and resumeAll.
    void setAll(const Schedules& schedules, bool live);

    /// The selected services as they are now; `live`: the host can be asked.
    void setTargets(QList<ServiceInfo> targets, bool live);

    /// Start where that is allowed, else stop.
    void toggle();

    /// Asks the host; with a question first, where the command needs one.
    void ask(ServiceCommand command);

    /// Without a question: for a button that says so.
    void killNow();

    /// The stop under way gets so much more time.
    void extendStop(const QString& name, Milliseconds by);
    void enable(const QString& name);
    void restart(const QString& name);
    /// Run now or start, whichever it has; with a question where it is disabled and cannot run.
    void again(const ServiceInfo& service);

Q_SIGNALS:
    /// The host refused or could not: a sentence for a person.
    void refused(const QString& why);
    /// The limit of a stop is another now.
    void stopExtended();
    /// The host has done what a person asked for here; what it changed was told before.
    void done();

private:
    QAction* create(ServiceCommand command);
    void setUp(QAction* action, const char* objectName, const QString& icon, const QString& text, const QKeySequence& keys);
    void refresh();
    [[nodiscard]] QStringList allowedNames(ServiceCommand command) const;
    void confirmKill(const QStringList& names);
    void confirmEnable(const QStringList& names);
    void holdAll(HoldSpan span);

    ServiceRequests m_requests;
    QWidget& m_window;
    std::array<QAction*, 3> m_holdAll{}; ///< by HoldSpan
    QAction* m_resumeAll;
    Schedules m_schedules;
    std::array<QAction*, 6> m_actions{}; ///< by ServiceCommand
    QList<ServiceInfo> m_targets;
    bool m_live = false;
    bool m_holdResumes = false; ///< what the action that holds schedules says now
};

} // namespace turnspit
