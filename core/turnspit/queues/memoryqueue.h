#pragma once

#include <turnspit/async/waitlist.h>
#include <turnspit/base/clock.h>
#include <turnspit/di/options.h>
#include <turnspit/queues/fifo.h>
#include <turnspit/queues/messagequeue.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace turnspit {

class Mailbox;

/// Messages in this process's memory: they end with it.
///
/// Made and destroyed in one thread with an event loop, on whose clock delayed messages and those that nobody settled come due;
/// used in any. A sender and a receiver wait for each other only where the receiver has taken all that was there.
class MemoryQueue : public MessageQueue
{
public:
    explicit MemoryQueue(Options<QueueOptions> options);
    ~MemoryQueue() override;

    Task<Result<SentMessage>> send(NewMessage message) override;
    Task<std::optional<Message>> receive(std::stop_token stop = {}) override;
    Task<Result<std::vector<DeadLetter>>> deadLetters(int limit = 100) override;
    Task<Result<>> revive(std::string id) override;
    Task<Result<>> discard(std::string id) override;
    Task<Result<QueueStatus>> status() override;
    void close() override;

protected:
    Task<Result<>> settle(std::string receipt, Settlement how) override;

private:
    class Wait;
    class Acceptance;
    class Delivery;
    struct Alarm;

    struct Entry
    {
        std::uint64_t id = 0;
        std::string body;
        std::unique_ptr<const std::string> key; ///< null: none, as most have; an entry is moved more often than it is looked into
        int attempts = 0;                       ///< deliveries that count, so far
        WallTime sent{};

        [[nodiscard]] std::string keyText() const { return key ? *key : std::string(); }
    };

    /// A message in flight. Its body is the queue's copy, in a buffer that stays with the slot.
    struct Slot
    {
        Entry entry;
        Instant until{};
        std::uint64_t delivery = 0; ///< 0: free
    };

    struct Known
    {
        std::uint64_t id;
        Instant until;
    };

    Result<SentMessage> accept(NewMessage& message);
    Result<> settleNow(std::string_view receipt, Settlement& how);
    [[nodiscard]] std::optional<std::uint64_t> duplicateOf(const std::string& key, Instant now);

    // With m_mutex held.
    bool refill();
    [[nodiscard]] Message deliver();
    [[nodiscard]] Slot* find(std::string_view receipt);
    void release(Slot& slot);
    Entry takeBack(Slot& slot);
    void giveBack(Entry entry, const Nack& how);
    void bury(Entry entry, std::string reason);
    void putOff(Entry entry, Milliseconds delay);
    void makeReady(Entry entry);
    std::deque<DeadLetter>::iterator findDead(std::string_view id);
    void wakeOne();
    void wantAlarm(Instant due);

    // In the thread that made the queue.
    void arm();
    void ring();

    Clock& m_clock;

    // What senders write, what receivers write, and what both look at: apart, so that they do not wait for each other's memory.
    static constexpr std::size_t apart = 64;

    alignas(apart) std::mutex m_sendMutex; // where both are held, m_mutex is locked first
    detail::Fifo<Entry> m_incoming; // guarded by m_sendMutex, as all of this part
    std::unordered_map<std::string, Known> m_known;           ///< keys within their window
    std::deque<std::pair<Instant, std::string>> m_forgetting; ///< the same, oldest first
    std::uint64_t m_sent = 0;
    bool m_closed = false;

    alignas(apart) std::mutex m_mutex;
    detail::Fifo<Entry> m_ready; // guarded by m_mutex, as all of this part
    std::multimap<Instant, Entry> m_delayed;
    std::vector<Slot> m_slots;
    std::vector<std::size_t> m_freeSlots;
    std::uint64_t m_deliveries = 0;
    std::deque<DeadLetter> m_dead; ///< oldest first
    std::uint64_t m_acked = 0;
    std::uint64_t m_nacked = 0;
    bool m_ended = false;               ///< closed, as far as receivers know
    Instant m_alarmAt = Instant::max(); ///< nothing comes due before
    detail::WaitList m_waiting{m_mutex};

    alignas(apart) std::atomic<int> m_receivers{0}; ///< that have found nothing, and wait or are about to, and were not woken
    std::shared_ptr<Alarm> m_alarm;
};

} // namespace turnspit
