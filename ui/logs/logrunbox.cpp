#include <ui/logs/logrunbox.h>

#include <ui/logs/logfeed.h>
#include <ui/text/words.h>

#include <QAbstractItemView>
#include <QLocale>
#include <QSignalBlocker>

namespace turnspit {
namespace {

constexpr int listedRuns = 50;

/// What the items say, as data: the id of a run, or one of these.
constexpr qulonglong whole = 0;
constexpr qint64 current = -1;

} // namespace

LogRunBox::LogRunBox(LogFeed& feed, QWidget* parent) : QComboBox(parent), m_feed(feed), m_tasks(std::make_unique<TaskScope>())
{
    setObjectName(QStringLiteral("logRun"));
    setAccessibleName(tr("Part of the log"));
    setToolTip(tr("Which runs are shown"));
    setSizeAdjustPolicy(QComboBox::AdjustToContents);
    setMaximumWidth(fontMetrics().averageCharWidth() * 44);
    fill();
    connect(this, &QComboBox::activated, this, [this] { select(); });
}

LogRunBox::~LogRunBox() = default;

QString LogRunBox::runText(const RunInfo& run)
{
    const QString begin = QLocale().toString(words::local(run.begin), QLocale::ShortFormat);
    const QString how = run.outcome ? words::outcome(*run.outcome) : tr("running");
    return tr("Run #%1, %2, %3", "id, when it began, how it ended").arg(QString::number(run.id.value), begin, how);
}

void LogRunBox::fill()
{
    const QSignalBlocker blocked(this);
    clear();
    addItem(tr("Whole log"), whole);
    addItem(tr("Current run"), current);
    bool listed = m_feed.part() != LogFeed::Part::Run;
    for (const RunInfo& run : std::as_const(m_runs)) {
        addItem(runText(run), static_cast<qulonglong>(run.id.value));
        listed = listed || run.id == m_feed.run();
    }
    if (!listed)
        addItem(tr("Run #%1").arg(m_feed.run().value), static_cast<qulonglong>(m_feed.run().value));
    switch (m_feed.part()) {
    case LogFeed::Part::Whole: setCurrentIndex(0); break;
    case LogFeed::Part::Current: setCurrentIndex(1); break;
    case LogFeed::Part::Run: setCurrentIndex(findData(static_cast<qulonglong>(m_feed.run().value))); break;
    }
}

void LogRunBox::refresh()
{
    m_runs.clear();
    fill();
    setEnabled(!m_feed.service().isEmpty());
    m_tasks = std::make_unique<TaskScope>();
    if (!m_feed.service().isEmpty())
        m_tasks->spawn(ask(m_feed.service()));
}

Task<> LogRunBox::ask(QString service)
{
    RunQuery query;
    query.service = service;
    query.limit = listedRuns;
    const auto runs = co_await m_feed.session().runs(std::move(query));
    // A list that changes while it is open would change under the pointer.
    if (!runs || service != m_feed.service() || view()->isVisible())
        co_return;
    m_runs = *runs;
    fill();
}

void LogRunBox::askAgain()
{
    if (m_feed.service().isEmpty() || view()->isVisible())
        return;
    m_tasks = std::make_unique<TaskScope>();
    m_tasks->spawn(ask(m_feed.service()));
}

// Before the list can be opened, by pointer or by key, it is asked what has run meanwhile.

void LogRunBox::enterEvent(QEnterEvent* event)
{
    QComboBox::enterEvent(event);
    askAgain();
}

void LogRunBox::focusInEvent(QFocusEvent* event)
{
    QComboBox::focusInEvent(event);
    askAgain();
}

void LogRunBox::select()
{
    const QVariant data = currentData();
    if (currentIndex() == 0)
        m_feed.showWhole();
    else if (currentIndex() == 1)
        m_feed.showCurrent();
    else
        m_feed.showRun(RunId{data.toULongLong()});
}

} // namespace turnspit
