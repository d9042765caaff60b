#pragma once

#include <turnspit/async/event.h>
#include <turnspit/async/taskscope.h>
#include <turnspit/control/hostsession.h>
#include <ui/logs/lineset.h>

#include <memory>

namespace turnspit {

/// What lines are looked for.
struct LogPatternQuery
{
    QString pattern; ///< a regular expression; "": every line
    bool caseSensitive = false;
    QString streams; ///< "o,e,h" or "": all

    [[nodiscard]] bool isEverything() const { return pattern.isEmpty() && streams.isEmpty(); }
    bool operator==(const LogPatternQuery&) const = default;
};

/// Looks for lines all over a log, step by step in the host, and goes on as the log grows. Begins near a place: from there to the
/// end, then backwards to the beginning, so that what is seen is found first. Between `scannedFirst` and `scannedEnd` all is found.
class LogSearch final : public QObject
{
    Q_OBJECT
public:
    explicit LogSearch(HostSession& session, QObject* parent = nullptr);
    ~LogSearch() override;

    /// Gives up what went on before. `near` is a line of the extent.
    void start(const QString& service, const LogPatternQuery& what, const LogExtent& extent, quint64 near);
    void stop();

    /// The log has grown, or lost its beginning.
    void setExtent(const LogExtent& extent);

    [[nodiscard]] bool isActive() const { return m_active; }
    [[nodiscard]] const LogPatternQuery& what() const { return m_what; }
    [[nodiscard]] const LineSet& lines() const { return m_lines; }
    [[nodiscard]] quint64 scannedFirst() const { return m_scannedFirst; }
    [[nodiscard]] quint64 scannedEnd() const { return m_scannedEnd; }
    [[nodiscard]] bool isComplete() const { return m_scannedFirst <= m_first && m_scannedEnd >= m_end; }

    /// Of the log that is looked at, from 0 to 1.
    [[nodiscard]] double progress() const;

Q_SIGNALS:
    /// Lines were found, or a step more is looked at. From the event loop.
    void changed();
    void failed(const turnspit::Error& error);

private:
    Task<> run(quint64 generation);

    HostSession& m_session;
    QString m_service;
    LogPatternQuery m_what;
    bool m_active = false;
    quint64 m_generation = 0;
    quint64 m_first = 0;
    quint64 m_end = 0;
    quint64 m_scannedFirst = 0;
    quint64 m_scannedEnd = 0;
    LineSet m_lines;
    Event m_more;

    std::vector<std::unique_ptr<TaskScope>> m_retired; ///< given up, perhaps by one of their own tasks
    std::unique_ptr<TaskScope> m_tasks;                ///< last: destroyed before what its tasks use
};

} // namespace turnspit
