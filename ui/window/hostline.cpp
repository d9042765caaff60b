#include <ui/window/hostline.h>

#include <turnspit/base/clock.h>
#include <ui/services/holdspan.h>
#include <ui/services/servicemodel.h>
#include <ui/session/hostmirror.h>
#include <ui/text/words.h>

#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QMouseEvent>
#include <QToolButton>

namespace turnspit {

HostLine::HostLine(HostSession& session, const HostMirror& mirror, QWidget* parent)
    : QWidget(parent), m_session(session), m_mirror(mirror), m_facts(new QLabel(this)), m_connection(new QToolButton(this))
{
    m_facts->setObjectName(QStringLiteral("hostFacts"));
    m_facts->setTextFormat(Qt::PlainText);
    m_facts->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_connection->setObjectName(QStringLiteral("connectionState"));
    m_connection->setAutoRaise(true);
    m_connection->setFocusPolicy(Qt::TabFocus);
    m_connection->setToolTip(tr("More about the host"));
    connect(m_connection, &QToolButton::clicked, this, &HostLine::clicked);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(6, 0, 6, 0);
    layout->addWidget(m_facts, 1);
    layout->addWidget(m_connection);
    refresh();
}

void HostLine::refresh()
{
    m_line = facts();
    m_connection->setText(connectionText());
    m_connection->setAccessibleName(tr("%1; more about the host", "%1 is the state of the connection").arg(connectionText()));
    elide();
}

void HostLine::elide()
{
    const QString shown = fontMetrics().elidedText(m_line, Qt::ElideRight, m_facts->width());
    m_facts->setText(shown);
    m_facts->setToolTip(shown == m_line ? QString() : m_line);
}

void HostLine::mouseReleaseEvent(QMouseEvent* event)
{
    QWidget::mouseReleaseEvent(event);
    if (event->button() == Qt::LeftButton && rect().contains(event->position().toPoint()))
        Q_EMIT clicked();
}

void HostLine::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    layout()->activate();
    elide();
}

QString HostLine::facts() const
{
    const HostInfo* const host = m_mirror.host();
    if (!host)
        return {};
    int running = 0;
    int failed = 0;
    const ServiceInfo* next = nullptr;
    for (const ServiceInfo& service : m_mirror.model().services()) {
        running += service.state == ServiceState::Running ? 1 : 0;
        failed += service.state == ServiceState::Failed ? 1 : 0;
        // The host's own is not what a person waits for.
        if (service.nextRun && !isOfHost(service) && service.state == ServiceState::Waiting && (!next || *service.nextRun < *next->nextRun))
            next = &service;
    }
    // Of one that is gone, away or silent, the figures are the last ones.
    const bool there = m_mirror.isLive() && !m_mirror.isSilent();
    QStringList parts{there ? tr("%1 running since %2", "program, time")
                                  .arg(host->host, QLocale().toString(words::local(host->since).time(), QLocale::ShortFormat))
                            : tr("Last known of %1", "program").arg(host->host)};
    if (host->shuttingDown)
        parts += tr("shutting down");
    parts += tr("%n running", nullptr, running);
    if (failed > 0)
        parts += tr("%n failed", nullptr, failed);
    if (next && there)
        parts += tr("next: %1 %2", "service, time").arg(next->name, words::upcoming(*next->nextRun, Clock::current().wallNow()));
    if (host->logBytes > 0)
        parts += tr("logs %1", "%1 is a size").arg(words::memory(host->logBytes));
    parts += host->problems;
    return parts.join(QStringLiteral(" · "));
}

QString HostLine::connectionText() const
{
    switch (m_session.connection()) {
    case HostSession::Connection::Connecting:
        return tr("Connecting…");
    case HostSession::Connection::Connected:
        if (m_mirror.isSilent())
            return tr("Does not answer");
        return m_session.isInProcess() ? tr("Host in this window") : tr("Connected");
    case HostSession::Connection::Lost:
        return tr("Not connected");
    }
    return {};
}

} // namespace turnspit
