#include <ui/detail/logtail.h>

#include <turnspit/async/wait.h>
#include <ui/detail/fittext.h>
#include <ui/logs/logtext.h>
#include <ui/text/words.h>

#include <QVBoxLayout>

using namespace std::chrono_literals;

namespace turnspit {
namespace {

/// Here a longer line is cut; the log has all of it.
constexpr int mostCharacters = 400;

} // namespace

LogTail::LogTail(HostSession& session, QWidget* parent) : QWidget(parent), m_session(session), m_text(new FitText(this))
{
    m_text->setObjectName(QStringLiteral("lastLines"));
    m_text->setAccessibleName(tr("Last lines of the log"));
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_text);
}

LogTail::~LogTail() = default;

QString LogTail::text() const
{
    return m_text->toPlainText();
}

void LogTail::open(const QString& service)
{
    if (m_service == service)
        return;
    m_service = service;
    m_text->setShown({});
    reload();
}

void LogTail::reload()
{
    m_following.reset();
    if (isVisible() && !m_service.isEmpty()) {
        m_following = std::make_unique<TaskScope>();
        m_following->spawn(follow());
    }
}

void LogTail::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (!m_following && !m_service.isEmpty()) {
        m_following = std::make_unique<TaskScope>();
        m_following->spawn(follow());
    }
}

void LogTail::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    m_following.reset();
}

Task<> LogTail::follow()
{
    for (;;) {
        // All that it ever wrote: a run may be over before anybody hears that it began.
        LogQuery last;
        last.service = m_service;
        last.streams = QStringLiteral("o,e");
        last.allRuns = true;
        last.last = lines;
        last.count = lines;
        const auto page = co_await m_session.readLog(last);
        if (!page) {
            // What was read stays where the host has gone.
            if (page.error().kind != ErrorKind::Unreachable || m_text->toPlainText().isEmpty())
                m_text->setShown(words::notRead(page.error()));
            co_return;
        }
        present(*page);
        // Waits for the first entry after these; how many came is seen when the last ones are read again.
        LogQuery more = last;
        more.last.reset();
        more.cursor = page->cursor;
        more.count = 1;
        for (bool quiet = true; quiet;) {
            const auto next = co_await m_session.followLog(more);
            if (!next || (next->entries.isEmpty() && !next->live))
                co_return;
            quiet = next->entries.isEmpty();
            more.cursor = next->cursor;
        }
        co_await delay(1s);
    }
}

void LogTail::present(const LogPage& page)
{
    const QDate today = words::local(Clock::current().wallNow()).date();
    QStringList rows;
    for (const LogEntryInfo& entry : page.entries) {
        QString text = logText(entry.text).text;
        if (text.size() > mostCharacters)
            text = text.left(mostCharacters) + QStringLiteral("…");
        const QDateTime time = words::local(entry.time);
        rows += time.toString(time.date() == today ? QStringLiteral("HH:mm:ss") : QStringLiteral("MM-dd HH:mm:ss")) + QStringLiteral("  ")
                + text;
    }
    m_text->setShown(rows.isEmpty() ? tr("Nothing was written yet.") : rows.join(QLatin1Char('\n')));
}

} // namespace turnspit
