#include <ui/session/lastwords.h>

#include <turnspit/base/states.h>
#include <ui/logs/logtext.h>

namespace turnspit {
namespace {

constexpr int mostCharacters = 200; // the log has all of it

} // namespace

LastWords::LastWords(HostSession& session, QObject* parent) : QObject(parent), m_session(session) {}

LastWords::~LastWords() = default;

QString LastWords::of(const ServiceInfo& service)
{
    const bool failed = service.state == ServiceState::Failed || service.state == ServiceState::BackingOff;
    if (!failed || service.kind == ServiceKind::BuiltIn)
        return {};
    if (service.name != m_service || service.since != m_since) {
        m_service = service.name;
        m_since = service.since;
        m_line.clear();
        m_asking = std::make_unique<TaskScope>();
        m_asking->spawn(ask());
    }
    return m_line;
}

Task<> LastWords::ask()
{
    LogQuery last;
    last.service = m_service;
    last.streams = QStringLiteral("e");
    last.last = 1;
    last.count = 1;
    const auto page = co_await m_session.readLog(last);
    if (!page || page->entries.isEmpty())
        co_return;
    m_line = logText(page->entries.first().text.left(mostCharacters)).text.trimmed();
    Q_EMIT changed();
}

} // namespace turnspit
