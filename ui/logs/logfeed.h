#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/control/hostsession.h>
#include <ui/logs/logwindow.h>

namespace turnspit {

/// Brings the log of one service into a LogWindow: the end of it first, then what is added (following) or what a reader scrolls to.
/// Memory stays bounded: following keeps the end and lets the front go; a log that grows faster than it can be shown is caught up
/// with by jumping to its end. The session must outlive it.
///
/// All signals but followingChanged come from the event loop, never from inside a call.
class LogFeed final : public QObject
{
    Q_OBJECT
public:
    explicit LogFeed(HostSession& session, QObject* parent = nullptr);
    ~LogFeed() override;

    /// The whole log of this service, following; "": nothing.
    void open(const QString& service);

    /// The same log from its end again: after the connection was lost and returned.
    void reopen();

    /// Back at the end and going along with it; or standing still, only counting what is added.
    void setFollowing(bool following);
    [[nodiscard]] bool isFollowing() const { return m_following; }

    /// A page more at one end, if there is one. While following there is none later.
    void loadEarlier();
    void loadLater();

    [[nodiscard]] const QString& service() const { return m_service; }
    [[nodiscard]] const LogWindow& window() const { return m_window; }
    [[nodiscard]] bool isAtStart() const { return m_atStart; }
    [[nodiscard]] bool isAtEnd() const { return m_atEnd; }
    [[nodiscard]] bool isLoaded() const { return m_loaded; }

    /// How many entries came behind what is held; nullopt where that is not known, 0 for none.
    [[nodiscard]] std::optional<quint64> newEntries() const;

    /// Why nothing is shown, or what a person should know; "" for nothing.
    [[nodiscard]] QString note() const { return m_note; }

Q_SIGNALS:
    /// Another log, or another place in it: ids of before mean nothing.
    void replaced();
    /// Lines were added or went at either end; ids of the others are as before.
    void changed();
    void followingChanged();
    /// newEntries, isAtEnd or note.
    void statusChanged();

private:
    [[nodiscard]] LogQuery query() const;
    void restart();
    bool isCurrent(quint64 generation) const { return generation == m_generation; }
    void setNote(const QString& note);
    Task<> follow(quint64 generation);
    Task<> watch(quint64 generation);
    Task<Result<LogPage>> lastOf(LogQuery query);
    Task<bool> loadEnd(quint64 generation);
    Task<> earlier(quint64 generation);
    Task<> later(quint64 generation);

    HostSession& m_session;
    QString m_service;
    LogWindow m_window;
    quint64 m_generation = 0; ///< of the tasks that may still change anything
    bool m_following = true;
    bool m_loaded = false;
    bool m_atStart = false;
    bool m_atEnd = true;
    bool m_paging = false;
    std::optional<quint64> m_newest; ///< number of the newest entry of the log, where it is known
    QString m_note;

    std::vector<std::unique_ptr<TaskScope>> m_retired; ///< given up, perhaps by one of their own tasks
    std::unique_ptr<TaskScope> m_tasks;                ///< last: destroyed before what its tasks use
};

} // namespace turnspit
