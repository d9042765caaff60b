#include <ui/logs/logpane.h>

#include <ui/logs/logfeed.h>
#include <ui/logs/logfiledialog.h>
#include <ui/logs/logtext.h>
#include <ui/logs/logview.h>
#include <ui/text/words.h>

#include <QClipboard>
#include <QGuiApplication>

/// Lines of a LogPane on their way out: to the clipboard and into files.
namespace turnspit {
namespace {

/// More than a clipboard is good for: such a selection is exported.
constexpr qint64 mostCopied = 200'000;

} // namespace

LogChoice LogPane::choice(Lines which) const
{
    LogChoice choice;
    choice.first = m_feed->extent().first;
    choice.end = m_feed->extent().end;
    if (which == Lines::Selected) {
        const auto& selection = m_view->selection();
        choice.first = selection ? selection->first() : choice.end;
        choice.end = selection ? selection->last() + 1 : choice.end;
    }
    if (which != Lines::All && m_feed->isFiltered())
        choice.lines = m_feed->search().lines().copy();
    return choice;
}

QByteArray LogPane::copied(const LogLine& line, bool withTimes) const
{
    QByteArray text = logText(line.text).text.toUtf8() + '\n';
    if (!withTimes)
        return text;
    const QString format = QStringLiteral("yyyy-MM-dd HH:mm:ss.zzz ");
    if (m_view->times() == LogTimes::Utc)
        return words::local(line.time).toUTC().toString(format).trimmed().toUtf8() + "Z " + text;
    return words::local(line.time).toString(format).toUtf8() + text;
}

void LogPane::copy(bool withTimes)
{
    if (!m_view->selection())
        return;
    LogChoice lines = choice(Lines::Selected);
    if (lines.size() > mostCopied)
        return tell(tr("That is too much for the clipboard: export the selection instead."));
    // What is here already is copied at once.
    QByteArray text;
    bool here = true;
    for (qint64 row = m_feed->rowOf(lines.first); here && row < m_feed->rowOf(lines.end); ++row) {
        const LogLine* const line = m_feed->line(m_feed->lineAt(row));
        here = line != nullptr && !line->isOpen;
        if (here && !line->isPiece)
            text += copied(*line, withTimes);
    }
    if (here) {
        QGuiApplication::clipboard()->setText(QString::fromUtf8(text));
        return;
    }
    tell(tr("Copying…"));
    m_tasks->spawn(copyLines(std::move(lines), withTimes));
}

Task<> LogPane::copyLines(LogChoice lines, bool withTimes)
{
    LogCollector collector(m_session, m_feed->service(), std::move(lines));
    QByteArray text;
    int count = 0;
    for (;;) {
        auto some = co_await collector.next();
        if (!some) {
            tell(tr("The selection could not be read."));
            co_return;
        }
        if (some->empty())
            break;
        for (const LogLine& line : *some)
            text += copied(line, withTimes);
        count += static_cast<int>(some->size());
    }
    QGuiApplication::clipboard()->setText(QString::fromUtf8(text));
    tell(tr("%Ln line(s) copied.", nullptr, count));
}

void LogPane::exportLines(Lines which)
{
    askForLogFile(*this, tr("Export the log of %1").arg(m_feed->service()), m_feed->service(),
                  [this, which](const QString& path, LogExport::Format format) { exportTo(path, which, format); });
}

void LogPane::exportTo(const QString& path, Lines which, LogExport::Format format)
{
    tell(tr("Exporting…"));
    m_export->start(path, m_feed->service(), choice(which), format);
}

} // namespace turnspit
