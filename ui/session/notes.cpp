#include <ui/session/notes.h>

#include <turnspit/base/clock.h>
#include <ui/services/servicemodel.h>
#include <ui/session/hostmirror.h>

using namespace std::chrono_literals;

namespace turnspit {
namespace {

constexpr auto interval = 30s;

} // namespace

Notes::Notes(HostSession& session, HostMirror& mirror, QObject* parent) : QObject(parent), m_session(session), m_mirror(mirror)
{
    connect(&mirror.model(), &ServiceModel::modelReset, this, [this] { m_asked.clear(); });
    connect(&session, &HostSession::connectionChanged, this, [this] { m_asked.clear(); });
}

Notes::~Notes() = default;

void Notes::look(const QStringList& names)
{
    if (m_asking || !m_mirror.isLive())
        return;
    const Instant now = Clock::current().now();
    QStringList due;
    for (const QString& name : names) {
        if (const auto asked = m_asked.constFind(name); asked == m_asked.cend() || now - *asked >= interval)
            due += name;
    }
    if (due.isEmpty())
        return;
    m_asking = true;
    m_tasks.spawn(ask(std::move(due)));
}

Task<> Notes::ask(QStringList names)
{
    for (const QString& name : names) {
        m_asked.insert(name, Clock::current().now());
        const auto definition = co_await m_session.definition(name);
        if (definition)
            m_mirror.model().setNotes(name, definition->values.value(QLatin1StringView("description")).toString());
    }
    m_asking = false;
}

} // namespace turnspit
