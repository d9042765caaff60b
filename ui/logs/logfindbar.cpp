#include <ui/logs/logfindbar.h>

#include <ui/logs/logfeed.h>
#include <ui/logs/logpatternfield.h>
#include <ui/logs/logview.h>
#include <ui/text/elidedlabel.h>
#include <ui/text/words.h>

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QLocale>
#include <QToolButton>

namespace turnspit {
namespace {

QToolButton* arrow(const char* name, Qt::ArrowType type, const QString& text, QWidget* parent)
{
    auto* button = new QToolButton(parent);
    button->setObjectName(QLatin1StringView(name));
    button->setArrowType(type);
    button->setToolTip(text);
    button->setAccessibleName(text);
    button->setAutoRaise(true);
    return button;
}

} // namespace

LogFindBar::LogFindBar(LogFeed& feed, LogView& view, QWidget* parent)
    : QWidget(parent), m_feed(feed), m_view(view), m_field(new LogPatternField(QStringLiteral("logFind"), tr("Find in the log"), this)),
      m_count(new ElidedLabel(this)), m_next(arrow("logFindNext", Qt::DownArrow, tr("Next hit (F3)"), this)),
      m_previous(arrow("logFindPrevious", Qt::UpArrow, tr("Previous hit (Shift+F3)"), this)), m_search(new LogSearch(feed.session(), this))
{
    m_count->setObjectName(QStringLiteral("logFindCount"));
    auto* close = new QToolButton(this);
    close->setObjectName(QStringLiteral("logFindClose"));
    close->setText(QStringLiteral("✕"));
    close->setToolTip(tr("Close (Esc)"));
    close->setAccessibleName(tr("Close the search"));
    close->setAutoRaise(true);
    setFocusProxy(m_field);

    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(8, 2, 4, 2);
    layout->addWidget(m_field, 1);
    layout->addWidget(m_previous);
    layout->addWidget(m_next);
    layout->addWidget(m_count);
    layout->addWidget(close);

    connect(close, &QToolButton::clicked, this, &LogFindBar::leave);
    connect(m_next, &QToolButton::clicked, this, &LogFindBar::next);
    connect(m_previous, &QToolButton::clicked, this, &LogFindBar::previous);
    connect(m_field, &LogPatternField::changed, this, &LogFindBar::begin);
    connect(m_search, &LogSearch::changed, this, [this] {
        resolve();
        refresh();
    });
    connect(m_search, &LogSearch::failed, this, [this](const Error& error) { m_count->setText(words::error(error)); });
    connect(&feed, &LogFeed::replaced, this, [this] {
        m_current.reset();
        if (m_search->isActive())
            begin();
    });
    connect(&feed, &LogFeed::changed, this, [this] {
        m_search->setExtent(m_feed.extent());
        if (isVisible())
            refresh();
    });
    refresh();
}

void LogFindBar::open()
{
    if (!isVisible()) {
        m_wasFollowing = m_view.isFollowing();
        m_top.reset();
    }
    show();
    m_field->setFocus(Qt::ShortcutFocusReason);
    m_field->edit()->selectAll();
    if (!m_search->isActive())
        begin();
}

void LogFindBar::leave()
{
    hide();
    m_search->stop();
    m_wanted.reset();
    m_current.reset();
    m_view.setHighlight({});
    m_view.setCurrentHit(std::nullopt);
    const bool moved = m_top && *m_top != m_view.topLine();
    if (m_wasFollowing && !moved && !m_view.selection())
        m_view.setFollowing(true);
    m_view.setFocus();
    refresh();
}

void LogFindBar::begin()
{
    m_wanted.reset();
    m_current.reset();
    m_wrapped = false;
    m_view.setCurrentHit(std::nullopt);
    const QString& pattern = m_field->pattern();
    if (pattern.isEmpty()) {
        m_search->stop();
        m_view.setHighlight({});
        return refresh();
    }
    m_view.setHighlight(QRegularExpression(pattern, m_field->isCaseSensitive() ? QRegularExpression::NoPatternOption
                                                                               : QRegularExpression::CaseInsensitiveOption));
    m_origin = m_view.topLine();
    m_wanted = Direction::Forward;
    m_search->start(m_feed.service(), {pattern, m_field->isCaseSensitive(), {}}, m_feed.extent(), m_origin);
    refresh();
}

const LineSet& LogFindBar::hits() const
{
    if (!m_feed.isFiltered())
        return m_search->lines();
    m_shownHits = m_search->lines().common(m_feed.search().lines());
    return m_shownHits;
}

void LogFindBar::step(Direction direction)
{
    if (!m_search->isActive()) {
        if (!m_field->pattern().isEmpty())
            begin();
        return;
    }
    m_wanted = direction;
    const quint64 from = m_current.value_or(m_view.topLine());
    m_origin = direction == Direction::Forward && m_current ? from + 1 : from;
    m_wrapped = false;
    resolve();
    refresh();
}

void LogFindBar::resolve()
{
    if (!m_wanted)
        return;
    const LineSet& found = hits();
    const bool forward = *m_wanted == Direction::Forward;
    if (m_origin >= m_search->scannedFirst() && m_origin <= m_search->scannedEnd()) {
        // Between where we are and the hit all is looked at, so there is none nearer.
        if (const auto hit = forward ? found.from(m_origin) : found.before(m_origin))
            return goTo(*hit);
    }
    if (!m_search->isComplete())
        return;
    m_wrapped = true;
    if (!found.isEmpty())
        return goTo(found.at(forward ? 0 : found.size() - 1));
    m_wanted.reset();
}

void LogFindBar::goTo(quint64 line)
{
    m_wanted.reset();
    m_current = line;
    m_view.setCurrentHit(line);
    m_view.showLine(line);
    m_top = m_view.topLine();
}

QString LogFindBar::countText() const
{
    if (!m_search->isActive())
        return {};
    const LineSet& found = hits();
    const QLocale locale;
    const QString all = locale.toString(found.size()) + (m_search->isComplete() ? QString() : QStringLiteral("…"));
    if (found.isEmpty())
        return m_search->isComplete() ? tr("no hits") : tr("searching…");
    if (m_current && found.contains(*m_current))
        return tr("%1 of %2 hits", "position, count").arg(locale.toString(found.rank(*m_current) + 1), all);
    return tr("hits: %1", "count").arg(all);
}

void LogFindBar::refresh()
{
    const QString count = countText();
    m_count->setText(m_wrapped && m_current ? tr("%1, from the other end", "2 of 37 hits").arg(count) : count);
    m_next->setEnabled(m_search->isActive());
    m_previous->setEnabled(m_search->isActive());
    Q_EMIT countChanged();
}

void LogFindBar::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        step(event->modifiers().testFlag(Qt::ShiftModifier) ? Direction::Backward : Direction::Forward);
    else if (event->key() == Qt::Key_Escape)
        leave();
    else
        QWidget::keyPressEvent(event);
}

} // namespace turnspit
