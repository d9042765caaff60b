#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/control/forwardingsession.h>

#include <memory>

namespace turnspit {

/// A session that stands for one of several: what looks at it sees another host from show() on, as if the one before had been lost and
/// this one had come back in its place. Calls under way are answered Unreachable then; who had subscribed is subscribed there.
///
/// The sessions that are shown belong to others, and may go while they are shown: then it is not connected.
class ShownSession final : public ForwardingSession
{
    Q_OBJECT
public:
    explicit ShownSession(HostSession& first, QObject* parent = nullptr);
    ~ShownSession() override;

    void show(HostSession& session);

    /// Null: it has gone.
    [[nodiscard]] HostSession* shown() const { return m_target; }

    bool isInProcess() const override { return m_target && m_target->isInProcess(); }
    bool isLocalMachine() const override { return m_target && m_target->isLocalMachine(); }
    Connection connection() const override { return m_target ? m_target->connection() : Connection::Lost; }

    Task<Result<>> subscribe() override;

private:
    /// Calls of one target under way; they end with it.
    struct Calls
    {
        TaskScope scope;
    };
    Task<Result<>> carry(Call call) override;

    void connectTo(HostSession& session);
    void gone();
    Task<> subscribeAgain();

    HostSession* m_target = nullptr;
    bool m_wantsDeltas = false;
    bool m_changing = false;  ///< the snapshot of the one that is shown now is on its way
    QList<Delta> m_early;     ///< came before it
    std::unique_ptr<QObject> m_context; ///< of the connections to the target
    std::unique_ptr<Calls> m_calls;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

} // namespace turnspit
