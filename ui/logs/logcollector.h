#pragma once

#include <turnspit/async/task.h>
#include <turnspit/control/hostsession.h>
#include <ui/logs/lineset.h>
#include <ui/logs/loglines.h>

#include <optional>

namespace turnspit {

/// Lines of a log: those with numbers in [first, end), of them the ones that a filter let through.
struct LogChoice
{
    quint64 first = 0;
    quint64 end = 0;
    std::optional<LineSet> lines; ///< nullopt: all

    [[nodiscard]] qint64 size() const;
};

/// Reads chosen lines one after another, however many there are; each whole, none twice.
class LogCollector
{
public:
    LogCollector(HostSession& session, QString service, LogChoice choice);

    /// The next lines, up to a few thousand; empty: there are no more.
    Task<Result<std::vector<LogLine>>> next();

    /// The part of the choice that was read, from 0 to 1.
    [[nodiscard]] double progress() const;

private:
    [[nodiscard]] QList<LogSpan> spans(quint64& behind) const;

    HostSession& m_session;
    QString m_service;
    LogChoice m_choice;
    quint64 m_at;
};

} // namespace turnspit
