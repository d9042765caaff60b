#pragma once

#include <turnspit/async/mailbox.h>
#include <turnspit/control/forwardingsession.h>

#include <functional>
#include <memory>

namespace turnspit {

/// A session of a host in this process, for another thread (the main one): every call hops to the host thread and back, so that
/// nothing here waits, and nothing is answered synchronously.
///
/// The host's own session comes and goes with the host: attach and detach are called on the host thread. Until it is attached,
/// calls answer Unreachable; destroying the LocalSession gives up its calls and nothing else.
class LocalSession final : public ForwardingSession
{
    Q_OBJECT
public:
    /// The end on the host thread; outlives whichever side goes first.
    class Link
    {
    public:
        Link();
        ~Link();
        /// Host thread.
        void attach(HostSession& session);
        void detach();

    private:
        friend class LocalSession;
        struct HostSide;
        Task<> subscribeAgain();
        std::shared_ptr<Mailbox> home; ///< of the LocalSession
        std::function<void(std::function<void(LocalSession&)>)> toLocal;
        std::unique_ptr<HostSide> host; ///< host thread only, as the next one
        bool subscribedOnce = false;    ///< a host that is attached later begins with a snapshot
    };

    LocalSession(std::shared_ptr<Mailbox> hostMailbox, QObject* parent = nullptr);
    ~LocalSession() override;

    [[nodiscard]] const std::shared_ptr<Link>& link() const { return m_link; }

    bool isInProcess() const override { return true; }
    bool isLocalMachine() const override { return true; }
    Connection connection() const override { return m_connection; }

    Task<Result<>> subscribe() override;

private:
    Task<Result<>> carry(Call call) override;
    void setConnection(Connection connection);

    std::shared_ptr<Mailbox> m_hostMailbox;
    std::shared_ptr<Link> m_link;
    std::shared_ptr<LocalSession*> m_self; ///< nulled when this goes; main thread only
    Connection m_connection = Connection::Connecting;
};

} // namespace turnspit
