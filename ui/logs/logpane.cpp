#include <ui/logs/logpane.h>

#include <turnspit/base/clock.h>
#include <ui/logs/logfeed.h>
#include <ui/logs/logfindbar.h>
#include <ui/logs/logpatternfield.h>
#include <ui/logs/logrunbox.h>
#include <ui/logs/logview.h>
#include <ui/text/elidedlabel.h>
#include <ui/text/words.h>

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <limits>

namespace turnspit {
namespace {

/// For plural forms, which know ints only.
int atMost(quint64 count)
{
    return static_cast<int>(std::min<quint64>(count, std::numeric_limits<int>::max()));
}

} // namespace

LogPane::LogPane(HostSession& session, QWidget* parent)
    : QWidget(parent), m_session(session), m_feed(new LogFeed(session, this)), m_view(new LogView(*m_feed, this)),
      m_runs(new LogRunBox(*m_feed, this)), m_follow(new QToolButton(this)), m_wrap(new QToolButton(this)), m_times(new QToolButton(this)),
      m_menu(new QToolButton(this)), m_filterBar(new QWidget(this)),
      m_filter(new LogPatternField(QStringLiteral("logFilter"), tr("Show only lines with"), m_filterBar)), m_jumpBar(new QWidget(this)),
      m_jump(new QLineEdit(m_jumpBar)), m_jumpError(new ElidedLabel(m_jumpBar)), m_find(new LogFindBar(*m_feed, *m_view, this)),
      m_status(new ElidedLabel(this)), m_message(new ElidedLabel(this)), m_export(new LogExport(session, this)), m_tasks(std::make_unique<TaskScope>())
{
    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(8, 2, 4, 2);
    makeToolBar(*bar);
    makeFilterBar();
    makeJumpBar();
    m_find->hide();

    m_status->setObjectName(QStringLiteral("logStatus"));
    m_message->setObjectName(QStringLiteral("logMessage"));
    m_message->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* bottom = new QHBoxLayout;
    bottom->setContentsMargins(8, 2, 8, 2);
    bottom->addWidget(m_status, 1);
    bottom->addWidget(m_message);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(bar);
    layout->addWidget(m_filterBar);
    layout->addWidget(m_jumpBar);
    layout->addWidget(m_view, 1);
    layout->addWidget(m_find);
    layout->addLayout(bottom);

    for (const auto signal : {&LogFeed::statusChanged, &LogFeed::replaced, &LogFeed::changed})
        connect(m_feed, signal, this, &LogPane::refresh);
    connect(m_find, &LogFindBar::countChanged, this, &LogPane::refresh);
    connect(m_view, &LogView::followingChanged, this, &LogPane::refresh);
    connect(m_view, &LogView::copyRequested, this, &LogPane::copy);
    connect(m_view, &LogView::menuRequested, this, &LogPane::showMenu);
    connect(m_view, &LogView::lineActivated, this, [this](quint64 line) {
        if (m_feed->isFiltered())
            showInContext(line);
    });
    connect(m_export, &LogExport::progressed, this,
            [this](double part) { tell(tr("Exporting… %1 %").arg(static_cast<int>(100 * part))); });
    connect(m_export, &LogExport::finished, this, [this](const QString& path, qint64 lines) {
        tell(tr("%Ln line(s) written to %1", nullptr, atMost(static_cast<quint64>(lines))).arg(path));
    });
    connect(m_export, &LogExport::failed, this,
            [this](const QString& path, const QString& why) { tell(tr("%1 could not be written: %2", "path, why").arg(path, why)); });
    refresh();
}

LogPane::~LogPane() = default;

void LogPane::open(const QString& service)
{
    if (service == m_feed->service())
        return;
    clearFilter();
    m_message->clear();
    m_feed->open(service);
    m_runs->refresh();
    refresh();
}

void LogPane::reopen()
{
    m_feed->reopen();
    m_runs->refresh();
    refresh();
}

void LogPane::showRun(const QString& service, RunId run)
{
    open(service);
    m_feed->showRun(run);
    m_runs->refresh();
    refresh();
}

// ---- filter -----------------------------------------------------------------------------------------------------------------------

void LogPane::applyFilter(std::optional<quint64> near)
{
    LogPatternQuery what;
    what.pattern = m_filter->pattern();
    what.caseSensitive = !what.pattern.isEmpty() && m_filter->isCaseSensitive();
    QStringList streams;
    for (const QToolButton* const stream : std::as_const(m_streams)) {
        if (stream->isChecked())
            streams.append(stream->property("stream").toString());
    }
    if (streams.size() < m_streams.size())
        what.streams = streams.join(QLatin1Char(','));
    if (!near && !m_view->isFollowing())
        near = m_view->topLine();
    m_feed->setFilter(what, near);
    refresh();
}

void LogPane::clearFilter()
{
    m_filterBar->hide();
    m_filter->clear();
    for (QToolButton* const stream : std::as_const(m_streams))
        stream->setChecked(true);
    applyFilter();
}

void LogPane::closeFilter()
{
    m_filterBar->hide();
    m_filter->clear();
    m_view->setFocus();
}

void LogPane::showInContext(quint64 line)
{
    clearFilter();
    m_view->select(line, line);
    m_view->showLine(line);
    m_view->setFocus();
}

// ---- find, filter and time by key -------------------------------------------------------------------------------------------------

void LogPane::openFind()
{
    m_find->open();
}

void LogPane::openFilter()
{
    m_filterBar->show();
    m_filter->setFocus(Qt::ShortcutFocusReason);
    m_filter->edit()->selectAll();
}

void LogPane::openJump()
{
    m_jumpBar->show();
    m_jumpError->clear();
    m_jump->setFocus(Qt::ShortcutFocusReason);
    m_jump->selectAll();
}

void LogPane::enterJump()
{
    const auto time = parseJump(m_jump->text(), Clock::current().wallNow());
    if (!time) {
        m_jumpError->setText(tr("⚠ Not a time: 13:58, -10m, 2026-11-28 13:58"));
        return;
    }
    m_jumpBar->hide();
    m_view->setFocus();
    jumpTo(*time);
}

void LogPane::jumpTo(WallTime time)
{
    if (!m_feed->service().isEmpty())
        m_tasks->spawn(goToTime(time));
}

Task<> LogPane::goToTime(WallTime time)
{
    const QString service = m_feed->service();
    const auto line = co_await m_feed->lineAtTime(time);
    if (service != m_feed->service())
        co_return;
    if (!line)
        tell(tr("That time could not be looked up."));
    else if (*line >= m_feed->extent().end && m_feed->isLoaded())
        m_view->setFollowing(true); // all there is, is before
    else
        m_view->scrollTo(*line);
}

namespace {

enum class PaneKey { None, Find, Next, Previous, Filter, Jump, Close };

PaneKey paneKey(const QKeyEvent& key)
{
    const Qt::KeyboardModifiers modifiers = key.modifiers() & ~Qt::KeypadModifier;
    if (modifiers == Qt::ControlModifier && key.key() == Qt::Key_F)
        return PaneKey::Find;
    if (modifiers == (Qt::ControlModifier | Qt::ShiftModifier) && key.key() == Qt::Key_F)
        return PaneKey::Filter;
    if (modifiers == Qt::ControlModifier && key.key() == Qt::Key_G)
        return PaneKey::Jump;
    if (key.key() == Qt::Key_F3 && modifiers == Qt::NoModifier)
        return PaneKey::Next;
    if (key.key() == Qt::Key_F3 && modifiers == Qt::ShiftModifier)
        return PaneKey::Previous;
    if (key.key() == Qt::Key_Escape && modifiers == Qt::NoModifier)
        return PaneKey::Close;
    return PaneKey::None;
}

} // namespace

bool LogPane::event(QEvent* event)
{
    // The window has actions for some of these keys; while the log has the focus they mean the log.
    if (event->type() == QEvent::ShortcutOverride) {
        const PaneKey key = paneKey(static_cast<const QKeyEvent&>(*event));
        const bool bars = m_find->isVisible() || m_filterBar->isVisible() || m_jumpBar->isVisible();
        if (key != PaneKey::None && (key != PaneKey::Close || bars)) {
            event->accept();
            return true;
        }
    }
    return QWidget::event(event);
}

void LogPane::keyPressEvent(QKeyEvent* event)
{
    switch (paneKey(*event)) {
    case PaneKey::Find: return openFind();
    case PaneKey::Filter: return openFilter();
    case PaneKey::Jump: return openJump();
    case PaneKey::Next:
        if (!m_find->isVisible())
            return openFind();
        return m_find->next();
    case PaneKey::Previous:
        if (!m_find->isVisible())
            return openFind();
        return m_find->previous();
    case PaneKey::Close:
        if (m_jumpBar->isVisible()) {
            m_jumpBar->hide();
            return m_view->setFocus();
        }
        if (m_filterBar->isVisible() && m_filterBar->isAncestorOf(focusWidget()))
            return closeFilter();
        if (m_find->isVisible())
            return m_find->leave();
        if (m_filterBar->isVisible())
            return closeFilter();
        break;
    case PaneKey::None: break;
    }
    QWidget::keyPressEvent(event);
}

// ---- what is said -----------------------------------------------------------------------------------------------------------------

void LogPane::tell(const QString& message)
{
    m_message->setText(message);
}

QString LogPane::statusText() const
{
    if (m_feed->service().isEmpty())
        return {};
    if (!m_feed->isLoaded())
        return m_feed->note().isEmpty() ? tr("Reading…") : QString(); // the view says it, in its middle
    const QLocale locale;
    const LogExtent& extent = m_feed->extent();
    const QString all = locale.toString(static_cast<qulonglong>(extent.end - extent.first));
    QStringList parts;
    if (const QString hits = m_find->countText(); m_find->isVisible() && !hits.isEmpty())
        parts.append(hits);
    if (m_feed->isFiltered()) {
        QString shown = tr("%1 of %2 lines shown").arg(locale.toString(m_feed->rows()), all);
        if (!m_feed->search().isComplete())
            shown += tr(" (%1 % searched)").arg(static_cast<int>(100 * m_feed->search().progress()));
        parts.append(shown);
    } else {
        parts.append(tr("%Ln line(s)", nullptr, atMost(extent.end - extent.first)));
    }
    parts.append(words::memory(extent.bytes));
    if (m_feed->linesPerSecond() >= 1)
        parts.append(tr("%Ln line(s)/s", nullptr, atMost(static_cast<quint64>(m_feed->linesPerSecond()))));
    if (!m_feed->note().isEmpty())
        parts.append(m_feed->note());
    return parts.join(QStringLiteral(" · "));
}

void LogPane::refresh()
{
    const bool open = !m_feed->service().isEmpty();
    for (QWidget* const control : std::initializer_list<QWidget*>{m_follow, m_menu, m_runs})
        control->setEnabled(open);
    m_follow->setChecked(open && m_view->isFollowing());
    if (const QString status = statusText(); status != m_status->text())
        m_status->setText(status);
}

} // namespace turnspit
