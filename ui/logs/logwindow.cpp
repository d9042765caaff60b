#include <ui/logs/logwindow.h>

namespace turnspit {
namespace {

/// Small pages (a line now and then) are kept together, so that their number stays small.
constexpr qsizetype pageLines = 500;

/// The number of an entry where the host does not know it.
constexpr quint64 unnumberedEntry = std::numeric_limits<quint64>::max();

/// What a row costs besides its text.
constexpr qint64 lineCost = 64;

qint64 cost(const LogLine& line)
{
    return line.text.size() + lineCost;
}

int streamIndex(char stream)
{
    return stream == 'o' ? 0 : stream == 'e' ? 1 : -1;
}

} // namespace

void LogWindow::clear()
{
    *this = {};
}

LogLine LogWindow::lineOf(const LogEntryInfo& entry)
{
    LogLine line;
    line.time = entry.time;
    line.stream = entry.stream;
    line.open = entry.more;
    line.number = entry.n;
    line.text = entry.text.left(maxLineBytes);
    line.hiddenBytes = entry.text.size() - line.text.size();
    return line;
}

qint64 LogWindow::extend(LogLine& line, const LogEntryInfo& entry)
{
    const qsizetype kept = line.hiddenBytes > 0 ? 0 : std::min(entry.text.size(), maxLineBytes - line.text.size());
    line.text += entry.text.left(kept);
    line.hiddenBytes += entry.text.size() - kept;
    line.open = entry.more;
    return kept;
}

LogWindow::Page LogWindow::pageOf(const QList<LogEntryInfo>& entries, const QString& cursor)
{
    Page page{cursor, std::nullopt, 0};
    if (!entries.isEmpty() && entries.last().n != unnumberedEntry)
        page.lastNumber = entries.last().n;
    return page;
}

void LogWindow::append(const QList<LogEntryInfo>& entries, const QString& cursor)
{
    Page page = pageOf(entries, cursor);
    if (!m_pages.empty() && (m_pages.back().lines < pageLines || entries.isEmpty())) {
        page.lines = m_pages.back().lines;
        if (entries.isEmpty())
            page.lastNumber = m_pages.back().lastNumber;
        m_pages.pop_back();
    }
    for (const LogEntryInfo& entry : entries) {
        const int stream = streamIndex(entry.stream);
        if (stream >= 0) {
            std::optional<qint64>& open = m_open.at(static_cast<std::size_t>(stream));
            if (open && *open >= m_firstId) {
                LogLine& line = m_lines[static_cast<std::size_t>(*open - m_firstId)];
                m_bytes += extend(line, entry);
                if (!entry.more)
                    open.reset();
                continue;
            }
            open = entry.more ? std::optional(endId()) : std::nullopt;
        } else if (entry.text.startsWith("run ")) {
            m_open = {}; // the mark of a run's begin or end closes what the run left open
        }
        m_lines.push_back(lineOf(entry));
        m_bytes += cost(m_lines.back());
        ++page.lines;
    }
    m_pages.push_back(std::move(page));
}

void LogWindow::prepend(const QList<LogEntryInfo>& entries, const QString& cursor)
{
    // Joined among themselves; a line that goes on over the seam stays in two rows.
    LogWindow before;
    before.append(entries, cursor);
    m_firstId -= before.size();
    m_bytes += before.m_bytes;
    m_lines.insert(m_lines.begin(), std::make_move_iterator(before.m_lines.begin()), std::make_move_iterator(before.m_lines.end()));
    m_pages.push_front(std::move(before.m_pages.front()));
}

bool LogWindow::trimFront()
{
    bool gone = false;
    while (tooBig() && m_pages.size() > 1) {
        for (qsizetype left = m_pages.front().lines; left > 0; --left) {
            m_bytes -= cost(m_lines.front());
            m_lines.pop_front();
            ++m_firstId;
        }
        m_pages.pop_front();
        gone = true;
    }
    return gone;
}

bool LogWindow::trimBack()
{
    bool gone = false;
    while (tooBig() && m_pages.size() > 1) {
        for (qsizetype left = m_pages.back().lines; left > 0; --left) {
            m_bytes -= cost(m_lines.back());
            m_lines.pop_back();
        }
        m_pages.pop_back();
        gone = true;
    }
    if (gone)
        m_open = {};
    return gone;
}

std::optional<quint64> LogWindow::firstNumber() const
{
    return m_lines.empty() || m_lines.front().number == unnumberedEntry ? std::nullopt : std::optional(m_lines.front().number);
}

} // namespace turnspit
