#pragma once

#include <turnspit/async/promise.h>
#include <turnspit/async/taskscope.h>
#include <turnspit/control/hostsession.h>

#include <optional>

namespace turnspit::ctl {

/// The entries of one service that were asked for, page by page; the next page is on its way while one is used.
///
/// First what is there (the selection as `logs` without -f has it), then, when following, what comes: over the ends of
/// runs, unless one run was asked for. Without following, the end is what was there when reading began, so that a
/// service that writes faster than anybody reads cannot hold its reader for ever. One thread.
class LogSource
{
public:
    LogSource(HostSession& session, LogQuery selection, bool follow);

    /// Gets the next page, in place of the last one; waits where there is nothing new yet. After the end: no entries,
    /// isAtEnd.
    [[nodiscard]] Task<Result<>> advance();

    [[nodiscard]] const QList<LogEntryInfo>& entries() const { return m_page.entries; }
    /// "" or what a person should know about this page.
    [[nodiscard]] const QString& note() const { return m_page.note; }
    /// Nothing comes after this page.
    [[nodiscard]] bool isAtEnd() const { return m_atEnd; }
    /// What was there at first has been read up to this page; more comes only when it is written.
    [[nodiscard]] bool isCaughtUp() const { return m_caughtUp; }

private:
    void ask();
    void afterPage();
    [[nodiscard]] Task<Result<>> fixEnd();
    static Task<> fetch(HostSession& session, LogQuery query, bool wait, Promise<Result<LogPage>> promise);

    HostSession& m_session;
    LogQuery m_query;
    bool m_follow;
    bool m_caughtUp = false;
    bool m_atEnd = false;
    bool m_endFixed = false;
    std::optional<WallTime> m_end; ///< time of the last entry that was there when reading began
    LogPage m_page;
    std::optional<Future<Result<LogPage>>> m_coming;
    TaskScope m_scope; // last: what it runs ends before the rest goes
};

} // namespace turnspit::ctl
