#pragma once

#include <ui/services/servicerequests.h>

#include <QObject>

namespace turnspit {

/// What can be asked of a service with one click outside the window.
enum class QuickCommand { Start, RunNow, Restart, Stop, Hold, Resume };

/// Carries out what is asked in the tray and in notices, with the trigger `tray`. The session must outlive it.
class QuickActions final : public QObject
{
    Q_OBJECT
public:
    explicit QuickActions(HostSession& session, QObject* parent = nullptr);

    void ask(QuickCommand command, const QStringList& names);
    void ask(QuickCommand command, const QString& name) { ask(command, QStringList{name}); }

    /// Null: until somebody resumes.
    void hold(const QStringList& names, std::optional<WallTime> until);

    /// Once more: a run of one that has single runs, a start of one that is kept.
    void again(const ServiceInfo& service) { m_requests.again(service); }

Q_SIGNALS:
    /// The host refused or could not: a sentence for a person.
    void refused(const QString& why);

private:
    ServiceRequests m_requests;
};

} // namespace turnspit
