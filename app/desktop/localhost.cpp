#include "localhost.h"

#include <ipc/sessionsocket.h>
#include <turnspit/async/aggregateerror.h>
#include <turnspit/async/taskscope.h>
#include <turnspit/hosting/hostbuilder.h>
#include <turnspit/hosting/localsession.h>
#include <turnspit/logging/filelog.h>
#include <turnspit/process/keeperclient.h>
#include <turnspit/services/composition.h>

#include <QCoreApplication>

namespace turnspit::desktop {
namespace {

/// Lets the window's session into the host, on the host thread.
class WindowServer final : public SessionServer
{
public:
    WindowServer(std::shared_ptr<LocalSession::Link> link, HostSession& session, const std::function<void(int)>& subscribers)
        : m_link(std::move(link))
    {
        m_link->attach(session);
        subscribers(1); // the window always looks
    }
    ~WindowServer() override { m_link->detach(); }
    Task<> finish() override { co_return; }

private:
    std::shared_ptr<LocalSession::Link> m_link;
};

class LocalHost final : public OpenSession
{
public:
    explicit LocalHost(LocalHostParts parts) : m_lock(std::move(parts.lock))
    {
        const Places places = parts.places;
        m_options.places = places;
        m_options.settings = std::move(parts.settings);
        m_options.hostName = "turnspit";
        m_options.keeperProgram = std::move(parts.keeper);
        m_options.lastSign = m_lock.lastSign();
        m_options.servers.push_back(controlSocket(places.hostSocket()));
        m_options.servers.push_back([this](HostSession& session, std::function<void(int)> subscribers) -> Result<std::unique_ptr<SessionServer>> {
            return std::make_unique<WindowServer>(m_link, session, subscribers);
        });
        auto builder = Host::createBuilder();
        builder.addLogSink(std::make_shared<FileLog>(places.state + "/turnspit.log"));
        builder.bridgeQtMessages();
        addEngine(builder, m_options);
        m_host = builder.build();
        m_session = std::make_unique<LocalSession>(m_host->mailbox());
        m_link = m_session->link();
        m_tasks.spawn(start());
        m_tasks.spawn(endWhenAsked());
    }

    HostSession& session() override { return *m_session; }
    QString noHostHint() const override { return m_hint; }

    Task<int> close() override
    {
        m_closing = true;
        const HostStopResult result = co_await m_host->stop();
        const int code = result.exitCode();
        co_return code == 0 && m_options.leftRunning > 0 ? 6 : code;
    }

private:
    Task<> start()
    {
        try {
            co_await m_host->start();
        } catch (const std::exception& error) {
            m_hint = QString::fromUtf8(error.what());
            if (onHint)
                onHint(m_hint);
        }
    }

    /// `turnspitctl shutdown` ends a desktop's own host, and with it the desktop.
    Task<> endWhenAsked()
    {
        co_await untilStopped(m_host->lifetime().stopping());
        if (!m_closing && onEnd)
            onEnd();
    }

    HostLock m_lock;
    EngineOptions m_options;
    std::shared_ptr<LocalSession::Link> m_link;
    std::unique_ptr<Host> m_host;
    std::unique_ptr<LocalSession> m_session;
    QString m_hint = QCoreApplication::translate("turnspit::desktop", "Starting…");
    bool m_closing = false;
    TaskScope m_tasks; // last: its frames use all of the above
};

} // namespace

Result<LocalHostParts> prepareLocalHost(const Places& places, const std::string& programFolder)
{
    auto settings = HostSettings::load(places.hostOptionsFile(), currentEnvironment(), {});
    if (!settings)
        return fail(settings.error());
    auto lock = HostLock::take(places);
    if (!lock)
        return fail(lock.error());
    auto keeper = KeeperClient::findProgram(programFolder);
    if (!keeper)
        return fail(keeper.error());
    return LocalHostParts{places, *std::move(settings), *std::move(keeper), *std::move(lock)};
}

std::unique_ptr<OpenSession> openLocalHost(LocalHostParts parts)
{
    return std::make_unique<LocalHost>(std::move(parts));
}

} // namespace turnspit::desktop
