#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/control/hostsession.h>

#include <map>
#include <memory>

namespace turnspit {

/// What the service wrote as one line, as far as it has come; or a mark of the host.
struct LogLine
{
    WallTime time{};
    char stream = 'o';
    bool isPiece = false;   ///< belongs to a line that began before: has no row of its own
    bool isGone = false;    ///< the host has no such entry any more
    bool isOpen = false;    ///< the text goes on in an entry that is not here yet
    quint64 lastPiece = 0;  ///< number of the last entry in it
    quint64 seenEnd = 0;    ///< the log's end when it was read
    qint64 hiddenBytes = 0; ///< of the end of the line, not kept here
    QByteArray text;
};

/// The lines of one log that were asked for last, by number, in bounded memory.
class LogLines final : public QObject
{
    Q_OBJECT
public:
    static constexpr qint64 maxBytes = 24 << 20;
    static constexpr qsizetype maxLineBytes = 1 << 20; ///< of one line; the rest is only counted

    /// One piece of a line is at most so many entries behind the one before it, as for the host's search.
    static constexpr quint64 maxPieceDistance = 16;

    explicit LogLines(HostSession& session, QObject* parent = nullptr);
    ~LogLines() override;

    /// Another log, or other numbers: nothing is held any more.
    void reset(const QString& service);

    /// Where the log ends now: what was cut off by its end may have gone on since.
    void setEnd(quint64 end) { m_end = end; }

    /// Null: not here.
    [[nodiscard]] const LogLine* find(quint64 number) const;

    /// Reads what is missing of these lines, and says so with arrived(); what was wanted before and is not on its way is not read
    /// any more. `heads`: each begins a line, so that nothing before has to be looked at.
    void want(const QList<LogSpan>& lines, bool heads);

    /// The same at once, for who waits for it; false: they could not be read.
    Task<bool> load(QList<LogSpan> lines, bool heads);

    [[nodiscard]] qint64 bytes() const { return m_bytes; }

    /// Joins pieces of entries in the order of the log. Lines come out by the number of their first entry.
    [[nodiscard]] static std::map<quint64, LogLine> joined(const QList<LogEntryInfo>& entries, quint64 end);

Q_SIGNALS:
    void arrived();
    void failed(const turnspit::Error& error);

private:
    [[nodiscard]] QList<LogSpan> missing(const QList<LogSpan>& lines) const;
    void take(const LogPage& page, const QList<LogSpan>& asked, quint64 end);
    void trim();
    Task<> fetch(quint64 generation);

    HostSession& m_session;
    QString m_service;
    quint64 m_generation = 0;
    quint64 m_end = 0;
    std::map<quint64, LogLine> m_lines;
    qint64 m_bytes = 0;
    QList<LogSpan> m_wanted;
    bool m_wantedHeads = false;
    bool m_fetching = false;

    std::unique_ptr<TaskScope> m_tasks; ///< last: destroyed before what its tasks use
};

} // namespace turnspit
