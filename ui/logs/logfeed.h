#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/base/clock.h>
#include <turnspit/control/hostsession.h>
#include <ui/logs/loglines.h>
#include <ui/logs/logsearch.h>

namespace turnspit {

/// One service's log as rows: all its lines, or those that a filter lets through, each known by its number. Nothing is held but
/// the lines that a view asks for; how long the log is, is asked for as it grows. The session must outlive it.
///
/// All signals come from the event loop, never from inside a call.
class LogFeed final : public QObject
{
    Q_OBJECT
public:
    /// What of the log is shown.
    enum class Part { Whole, Current, Run };

    explicit LogFeed(HostSession& session, QObject* parent = nullptr);
    ~LogFeed() override;

    /// This service's log, the whole of it, unfiltered; "": nothing.
    void open(const QString& service);

    /// The same anew: after the connection was lost and returned, or the numbers changed.
    void reopen();

    void showWhole() { setPart(Part::Whole, {}); }
    void showCurrent() { setPart(Part::Current, {}); }
    void showRun(RunId id) { setPart(Part::Run, id); }
    [[nodiscard]] Part part() const { return m_part; }
    [[nodiscard]] RunId run() const { return m_run; }

    /// Rows are the lines that match; isEverything(): all. `near`: where to begin; nullopt: at the end.
    void setFilter(const LogPatternQuery& what, std::optional<quint64> near = {});
    [[nodiscard]] const LogPatternQuery& filter() const { return m_filter; }
    [[nodiscard]] bool isFiltered() const { return !m_filter.isEverything(); }

    /// So many rows at the end are read before a new end is shown, for a view that goes along with it; 0: it stands still.
    void setTail(qint64 rows) { m_tail = rows; }

    /// Hidden, it asks for nothing.
    void setActive(bool active);

    [[nodiscard]] HostSession& session() const { return m_session; }
    [[nodiscard]] const QString& service() const { return m_service; }
    [[nodiscard]] bool isLoaded() const { return m_loaded; }
    [[nodiscard]] const LogExtent& extent() const { return m_extent; }
    [[nodiscard]] const LogSearch& search() const { return *m_search; }

    /// Rows from 0, and the number of the line in each; rowOf: the row of the line, or where it would be.
    [[nodiscard]] qint64 rows() const;
    [[nodiscard]] quint64 lineAt(qint64 row) const;
    [[nodiscard]] qint64 rowOf(quint64 line) const;

    /// Null: not here yet; want() brings it.
    [[nodiscard]] const LogLine* line(quint64 number) const { return m_lines->find(number); }
    void want(qint64 row, qint64 count);

    /// The number of the first line not before a time; nullopt: it could not be asked for.
    Task<std::optional<quint64>> lineAtTime(WallTime time);

    /// How many lines came in the second before, about.
    [[nodiscard]] double linesPerSecond() const { return m_rate; }

    /// Why nothing is shown, or what a person should know; "" for nothing.
    [[nodiscard]] QString note() const { return m_note; }

Q_SIGNALS:
    /// Another log, or other numbers: lines of before mean nothing.
    void replaced();
    /// Rows came or went.
    void changed();
    /// Lines that were wanted are here.
    void arrived();
    /// note, linesPerSecond, or how far the filter has come.
    void statusChanged();

private:
    void setPart(Part part, RunId run);
    void restart();
    [[nodiscard]] LogExtentQuery extentQuery() const;
    [[nodiscard]] QList<LogSpan> spansOf(qint64 row, qint64 count, const LogExtent& extent) const;
    void setNote(const QString& note);
    void measure(const LogExtent& extent);
    Task<> watch(quint64 generation);
    Task<> showFound(quint64 generation);

    HostSession& m_session;
    QString m_service;
    Part m_part = Part::Whole;
    RunId m_run;
    LogPatternQuery m_filter;
    LogLines* m_lines;
    LogSearch* m_search;
    LogExtent m_extent;
    quint64 m_generation = 0; ///< of the tasks that may still change anything
    qint64 m_tail = 0;
    bool m_active = true;
    bool m_loaded = false;
    bool m_showing = false; ///< what was found last is being read
    Event m_activated;
    double m_rate = 0;
    std::optional<std::pair<Instant, quint64>> m_measured;
    std::unique_ptr<ClockTimer> m_silence; ///< ends the rate where nothing comes any more
    QString m_note;

    std::vector<std::unique_ptr<TaskScope>> m_retired; ///< given up, perhaps by one of their own tasks
    std::unique_ptr<TaskScope> m_tasks;                ///< last: destroyed before what its tasks use
};

} // namespace turnspit
