#include "attachedhost.h"

#include <ipc/remotesession.h>
#include <turnspit/async/taskscope.h>

#include <QCoreApplication>

namespace turnspit::desktop {
namespace {

class AttachedSession final : public OpenSession
{
public:
    explicit AttachedSession(const Places& places)
        : m_socket(QString::fromStdString(places.hostSocket())),
          m_session({.client = QStringLiteral("turnspit"), .reconnect = true})
    {
        m_tasks.spawn(open());
    }

    HostSession& session() override { return m_session; }

    QString noHostHint() const override
    {
        return QCoreApplication::translate("turnspit::desktop",
                                           "Nothing listens at %1.\nStart one with: turnspitd\nThis window goes on looking for it.")
            .arg(m_socket);
    }

    Task<int> close() override { co_return 0; } // the services are the other host's

private:
    Task<> open()
    {
        // The session says in its connection state how it goes.
        static_cast<void>(co_await m_session.open(m_socket));
    }

    QString m_socket;
    RemoteSession m_session;
    TaskScope m_tasks; // last: destroyed before the session that its task uses
};

} // namespace

std::unique_ptr<OpenSession> attachToHost(const Places& places)
{
    return std::make_unique<AttachedSession>(places);
}

} // namespace turnspit::desktop
