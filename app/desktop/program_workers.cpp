#include "program_p.h"

#include "workers.h"

#include <ui/services/holdspan.h>
#include <ui/services/servicemodel.h>

#include <algorithm>

// Other programs that show their services: the side list of the window, and what is told when one ends.
namespace turnspit::desktop {

namespace {

QString noticeKey(const QString& name)
{
    return QStringLiteral("worker/") + name;
}

} // namespace

void Program::connectWorkers()
{
    m_workers->disconnect(this);
    connect(m_workers.get(), &Workers::changed, this, &Program::refreshHosts);
    connect(m_workers.get(), &Workers::connected, this, &Program::workerConnected);
    connect(m_workers.get(), &Workers::answering, this, &Program::workerAnswers);
    connect(m_workers.get(), &Workers::ended, this, &Program::workerEnded);
    connect(m_front->hosts, &HostList::chosen, this, &Program::showHost);
    connect(m_front->hosts, &HostList::dismissed, this, &Program::dismissHosts);
    refreshHosts();
}

void Program::refreshHosts()
{
    HostEntry here;
    here.name = tr("This computer");
    const HostMirror& mirror = m_front->mirror;
    here.state = mirror.isLive() && !mirror.isSilent() ? HostEntry::State::Answers : HostEntry::State::Silent;
    const QList<ServiceInfo>& services = mirror.model().services();
    if (!std::ranges::all_of(services, isOfHost)) // as the window shows them: alone, the host's own are nothing yet
        here.counts = countOf(services);
    m_front->hosts->setHosts(QList<HostEntry>{here} + m_workers->entries(), Clock::current().wallNow());
    refreshSilence();
}

/// The window takes it from whoever asks the host that it shows.
void Program::refreshSilence()
{
    const QString key = m_front->hosts->current();
    m_front->window.mirror().setAnswers(key.isEmpty() ? !m_front->mirror.isSilent() : !m_workers->isSilent(key));
}

void Program::showHost(const QString& key)
{
    HostSession* const session = key.isEmpty() ? &m_open->session() : m_workers->session(key);
    if (!session)
        return;
    m_front->hosts->setCurrent(key);
    if (m_front->shown.shown() != session) {
        m_front->shown.show(*session);
        // One that has gone says nothing more: what is known of it is shown, and not what was there before.
        m_front->window.mirror().takeOver(key.isEmpty() ? m_front->mirror : *m_workers->mirror(key));
    }
    refreshSilence();
}

void Program::dismissHosts(const QStringList& keys)
{
    if (keys.contains(m_front->hosts->current()))
        showHost({});
    for (const QString& key : keys)
        m_front->window.notices().close(noticeKey(key));
    m_workers->dismiss(keys);
}

void Program::workerConnected(const QString& name)
{
    m_front->window.notices().close(noticeKey(name));
    if (m_front->hosts->current() == name)
        m_front->shown.show(*m_workers->session(name));
}

void Program::workerAnswers(const QString& name, bool answers)
{
    if (answers)
        m_front->window.notices().close(noticeKey(name));
    else
        tellOfWorker(name, tr("%1 does not answer.", "%1 is a program").arg(name), tr("It may be busy, or hang. What is shown is what it said last."));
}

void Program::workerEnded(const QString& name, bool killed)
{
    if (killed)
        tellOfWorker(name, tr("%1 was killed.", "%1 is a program").arg(name), tr("Its services do not run any more. What they said is on disk."));
    else
        tellOfWorker(name, tr("%1 has ended.", "%1 is a program").arg(name), {});
}

void Program::tellOfWorker(const QString& name, const QString& summary, const QString& body)
{
    Notice notice;
    notice.key = noticeKey(name);
    notice.summary = summary;
    notice.body = body;
    if (m_front->hosts->current() != name)
        notice.buttons = {{QStringLiteral("showWorker"), tr("Show")}};
    m_front->window.notices().show(notice);
}

} // namespace turnspit::desktop
