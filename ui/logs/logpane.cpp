#include <ui/logs/logpane.h>

#include <ui/logs/logfeed.h>
#include <ui/logs/logview.h>

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

namespace turnspit {

LogPane::LogPane(HostSession& session, QWidget* parent)
    : QWidget(parent), m_feed(new LogFeed(session, this)), m_view(new LogView(*m_feed, this)), m_title(new QLabel(this)),
      m_note(new QLabel(this)), m_follow(new QToolButton(this))
{
    m_title->setTextFormat(Qt::PlainText);
    m_note->setTextFormat(Qt::PlainText);
    m_follow->setObjectName(QStringLiteral("logFollow"));
    m_follow->setText(tr("Follow"));
    m_follow->setToolTip(tr("Stay at the end of the log (End)"));
    m_follow->setAccessibleName(tr("Follow the log"));
    m_follow->setCheckable(true);
    m_follow->setAutoRaise(true);

    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(8, 2, 4, 2);
    bar->addWidget(m_title);
    bar->addWidget(m_note, 1);
    bar->addWidget(m_follow);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(bar);
    layout->addWidget(m_view, 1);

    connect(m_follow, &QToolButton::toggled, m_feed, &LogFeed::setFollowing);
    for (const auto signal : {&LogFeed::followingChanged, &LogFeed::statusChanged, &LogFeed::replaced})
        connect(m_feed, signal, this, &LogPane::refresh);
    refresh();
}

void LogPane::open(const QString& service)
{
    m_feed->open(service);
    refresh();
}

void LogPane::reopen()
{
    m_feed->reopen();
    refresh();
}

void LogPane::refresh()
{
    const QString& service = m_feed->service();
    m_title->setText(service.isEmpty() ? tr("Log") : tr("Log of %1").arg(service));
    m_note->setText(m_feed->window().isEmpty() ? QString() : m_feed->note());
    m_follow->setEnabled(!service.isEmpty());
    m_follow->setChecked(m_feed->isFollowing() && !service.isEmpty());
}

} // namespace turnspit
