#pragma once

#include <turnspit/async/channel.h>
#include <turnspit/async/task.h>
#include <turnspit/queues/message.h>

#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>

namespace turnspit::detail {

/// Between the one thread that fetches messages and the receivers in any threads: as many are fetched as are waited for, and what is fetched
/// for a receiver that went meanwhile comes back. Outlives all receivers.
class Handout
{
public:
    /// `changed`: a receiver more or less; `surplus`: a message that nobody waits for any more. Both in the thread of a receiver.
    Handout(std::function<void()> changed, std::function<void(Message)> surplus);

    /// For receivers: nullopt when stop was requested, which is looked at first, or by `end`; throws what `fail` was given.
    [[nodiscard]] Task<std::optional<Message>> receive(std::stop_token stop);

    // For the one who fetches.

    /// Receivers for whom nothing was fetched yet.
    [[nodiscard]] std::size_t wanted() const;

    /// To one of them. False: there is none.
    [[nodiscard]] bool give(Message& message);

    /// All of them end with nullopt.
    void end() { fail({}); }

    /// All of them end with this.
    void fail(std::exception_ptr error);

private:
    class Want;

    struct Item
    {
        std::optional<Message> message;
        std::exception_ptr error;
    };

    void leave();

    const std::function<void()> m_onChanged;
    const std::function<void(Message)> m_onSurplus;
    mutable std::mutex m_mutex;
    std::size_t m_wanted = 0; // guarded
    Channel<Item> m_items;
};

} // namespace turnspit::detail
