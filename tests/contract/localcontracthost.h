#pragma once

#include "enginecontracthost.h"

#include <turnspit/hosting/localsession.h>

namespace turnspit {

/// LocalSession, hop to the host thread, EngineSession: what the window of the host's own process sees.
class LocalContractHost : public EngineContractHost
{
public:
    explicit LocalContractHost(Threads threads) : EngineContractHost(threads)
    {
        m_session = std::make_unique<LocalSession>(m_host->mailbox());
        m_options.servers.push_back([link = m_session->link()](HostSession& session, const std::function<void(int)>&) -> Result<std::unique_ptr<SessionServer>> {
            return std::make_unique<Server>(link, session);
        });
        startHost();
        if (!spinUntil([this] { return m_session->connection() == HostSession::Connection::Connected; }))
            qFatal("the session is not attached");
    }
    ~LocalContractHost() override { endHost(); }

    HostSession& session() override { return *m_session; }
    void destroySession() override { m_session.reset(); }

private:
    class Server final : public SessionServer
    {
    public:
        Server(std::shared_ptr<LocalSession::Link> link, HostSession& session) : m_link(std::move(link)) { m_link->attach(session); }
        ~Server() override { m_link->detach(); }
        Task<> finish() override { co_return; }

    private:
        std::shared_ptr<LocalSession::Link> m_link;
    };

    std::unique_ptr<LocalSession> m_session;
};

} // namespace turnspit
