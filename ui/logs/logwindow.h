#pragma once

#include <turnspit/control/values.h>

#include <array>
#include <deque>

namespace turnspit {

/// One row of the log view: what the service wrote as one line, as far as it has come.
struct LogLine
{
    WallTime time{};
    char stream = 'o';
    bool open = false;      ///< the text goes on in an entry that is not here yet
    quint64 number = 0;     ///< of its first entry, in the service's log
    qint64 hiddenBytes = 0; ///< of the end of the line, not kept here
    QByteArray text;
};

/// The slice of a log that a view holds: pages in a row, bounded in lines and bytes, growing and shrinking at both ends.
///
/// A line's id stays the same while lines come and go around it: ids count up by one from firstId().
class LogWindow
{
public:
    static constexpr qsizetype maxLines = 20'000;
    static constexpr qint64 maxBytes = 16 << 20;
    static constexpr qsizetype maxLineBytes = 64 << 10; ///< of one line; the rest is only counted

    void clear();

    /// Entries behind what is held, and the cursor behind them.
    void append(const QList<LogEntryInfo>& entries, const QString& cursor);

    /// The entries right before firstNumber(), and the cursor behind them.
    void prepend(const QList<LogEntryInfo>& entries, const QString& cursor);

    /// Give up pages at one end until the rest is within the bounds; the last one stays. True if anything went.
    bool trimFront();
    bool trimBack();

    [[nodiscard]] bool isEmpty() const { return m_lines.empty(); }
    [[nodiscard]] qsizetype size() const { return static_cast<qsizetype>(m_lines.size()); }
    [[nodiscard]] qint64 bytes() const { return m_bytes; }
    [[nodiscard]] const LogLine& at(qsizetype row) const { return m_lines[static_cast<std::size_t>(row)]; }

    [[nodiscard]] qint64 firstId() const { return m_firstId; }
    [[nodiscard]] qint64 endId() const { return m_firstId + size(); }

    /// Where reading goes on behind the last line; "" when nothing is held.
    [[nodiscard]] QString endCursor() const { return m_pages.empty() ? QString() : m_pages.back().cursor; }

    /// Number of the last entry that is held; nullopt where the host did not say.
    [[nodiscard]] std::optional<quint64> lastNumber() const { return m_pages.empty() ? std::nullopt : m_pages.back().lastNumber; }

    /// Number of the first entry that is held; nullopt where nothing is, or the host did not say.
    [[nodiscard]] std::optional<quint64> firstNumber() const;

private:
    struct Page
    {
        QString cursor; ///< behind it
        std::optional<quint64> lastNumber;
        qsizetype lines = 0;
    };
    [[nodiscard]] bool tooBig() const { return size() > maxLines || m_bytes > maxBytes; }
    [[nodiscard]] static Page pageOf(const QList<LogEntryInfo>& entries, const QString& cursor);
    static qint64 extend(LogLine& line, const LogEntryInfo& entry);
    [[nodiscard]] static LogLine lineOf(const LogEntryInfo& entry);

    std::deque<LogLine> m_lines;
    std::deque<Page> m_pages;
    qint64 m_firstId = 0;
    qint64 m_bytes = 0;
    std::array<std::optional<qint64>, 2> m_open; ///< ids of the lines that `o` and `e` would go on with
};

} // namespace turnspit
