#pragma once

#include <ui/notices/notice.h>
#include <ui/notices/noticeevents.h>

#include <turnspit/base/clock.h>

#include <QHash>
#include <QObject>
#include <QSet>

#include <deque>
#include <memory>
#include <optional>

namespace turnspit {

class HostMirror;

/// Decides what is told outside the window, and when. Quiet by default, loud once, then grouped:
///
/// - a failed run is told when it is the first in a row, giving up always, killing after the limit always, and a
/// recovery where a
///   failure was told before it. A kept service has recovered when it has run for a minute, others at the first good
///   end.
/// - a problem of the host itself is told when it comes up.
/// - a notice of a service replaces its old one; more than three services within ten seconds are one notice; at most
/// six notices a
///   minute, then a digest of the rest.
/// - a notice goes when it is no longer true or was seen.
/// - nothing is told that was so already when the host was attached, or came about while it was not connected.
///
/// Keys of notices: the service's name after `service/`, a problem's text after `problem/`, `failed` and `recovered`
/// for several, `digest`. Mirror and outlet must outlive it; time is the thread's clock.
class NoticePolicy final : public QObject
{
    Q_OBJECT
public:
    NoticePolicy(const HostMirror& mirror, NoticeOutlet& outlet, QObject* parent = nullptr);
    ~NoticePolicy() override;

    /// Somebody looks at this service: its notice is done with.
    void see(const QString& service);

    /// From now on what ends is meant to end: the program is quitting.
    void setQuiet(bool quiet);

private:
    /// Bad and good news are gathered apart.
    struct Group
    {
        QString key;
        bool isBad = true;
        std::deque<std::pair<Instant, QString>> recent; ///< of the last ten seconds
        QStringList told;                               ///< services in the group's notice; empty: none is shown
        std::optional<Instant> shown;
        bool grows = false; ///< more were told of than it says
    };

    void look();
    void lookAtHost();
    void take(const NoticeEvent& event);
    void gather(const NoticeEvent& event);
    void flush();
    void flush(Group& group, const QList<NoticeEvent>& events);
    void show(Group& group);
    void deliver(const Notice& notice);
    void digest();
    void close(const QString& service);
    void withdraw(const QString& key);
    void checkRecoveries();
    void armRecovery();
    [[nodiscard]] Notice noticeOf(const NoticeEvent& event) const;
    [[nodiscard]] Notice noticeOf(const Group& group) const;

    const HostMirror& m_mirror;
    NoticeOutlet& m_outlet;
    Clock& m_clock;
    QHash<QString, ServiceInfo> m_before;
    std::optional<QStringList> m_problems; ///< of the host; null: not attached
    bool m_attached = false;
    bool m_quiet = false;

    QSet<QString> m_failing; ///< a failure was told, and no good end since
    QList<NoticeEvent> m_pending;
    Group m_bad{.key = QStringLiteral("failed"), .isBad = true, .recent = {}, .told = {}, .shown = {}};
    Group m_good{.key = QStringLiteral("recovered"), .isBad = false, .recent = {}, .told = {}, .shown = {}};
    std::deque<Instant> m_delivered; ///< of the last minute
    QList<Notice> m_withheld;        ///< for the digest

    std::unique_ptr<ClockTimer> m_gatherTimer;
    std::unique_ptr<ClockTimer> m_digestTimer;
    std::unique_ptr<ClockTimer> m_groupTimer;
    std::unique_ptr<ClockTimer> m_recoveryTimer;
};

} // namespace turnspit
