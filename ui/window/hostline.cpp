#include <ui/window/hostline.h>

#include <turnspit/base/clock.h>
#include <ui/services/servicemodel.h>
#include <ui/session/hostmirror.h>
#include <ui/text/words.h>

#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>

namespace turnspit {

HostLine::HostLine(HostSession& session, const HostMirror& mirror, QWidget* parent)
    : QWidget(parent), m_session(session), m_mirror(mirror), m_facts(new QLabel(this)), m_connection(new QLabel(this))
{
    m_facts->setObjectName(QStringLiteral("hostFacts"));
    m_connection->setObjectName(QStringLiteral("connectionState"));
    for (QLabel* const label : {m_facts, m_connection})
        label->setTextFormat(Qt::PlainText);
    m_facts->setMinimumWidth(50);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(6, 0, 6, 0);
    layout->addWidget(m_facts, 1);
    layout->addWidget(m_connection);
    refresh();
}

void HostLine::refresh()
{
    m_facts->setText(facts());
    m_connection->setText(connectionText());
    const HostInfo* const host = m_mirror.host();
    m_facts->setToolTip(host ? tr("Settings in %1\nState and logs in %2\nKeeper: %3")
                                   .arg(host->configDir, host->stateDir, host->keeper)
                             : QString());
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
        if (service.nextRun && service.state == ServiceState::Waiting && (!next || *service.nextRun < *next->nextRun))
            next = &service;
    }
    QStringList parts{tr("%1 %2, pid %3, since %4", "program, version, process id, time")
                          .arg(host->host, host->version)
                          .arg(host->pid)
                          .arg(QLocale().toString(words::local(host->since).time(), QLocale::ShortFormat))};
    if (host->shuttingDown)
        parts += tr("shutting down");
    parts += tr("%n running", nullptr, running);
    if (failed > 0)
        parts += tr("%n failed", nullptr, failed);
    if (next)
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
        return m_session.isInProcess() ? tr("Host in this window") : tr("Connected");
    case HostSession::Connection::Lost:
        return tr("Not connected");
    }
    return {};
}

} // namespace turnspit
