#pragma once

#include <turnspit/async/waitlist.h>

#include <concepts>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <utility>

namespace turnspit {

/// What a write does to a channel that is full.
enum class FullMode {
    Wait,       ///< tryWrite gives false, write waits for room
    DropOldest, ///< the item that would be read next goes
    DropNewest, ///< the item that was written last goes
    DropWrite,  ///< the one that is being written goes
};

struct ChannelOptions
{
    static constexpr std::size_t unbounded = std::numeric_limits<std::size_t>::max();

    std::size_t capacity = unbounded; ///< items that are kept; at least 1
    FullMode fullMode = FullMode::Wait;
};

/// A write to a channel that is complete, or a read from one that was completed with an error (then with that as its cause).
class ChannelClosed : public std::runtime_error
{
public:
    explicit ChannelClosed(std::exception_ptr cause = {}) : std::runtime_error("the channel is closed"), m_cause(std::move(cause)) {}

    /// What complete() was given; null: nothing.
    [[nodiscard]] const std::exception_ptr& cause() const noexcept { return m_cause; }

private:
    std::exception_ptr m_cause;
};

/// Items from any number of writers to any number of readers, each to one of them, first in, first out.
///
/// Every function may be called and awaited in any thread; who awaits goes on in its own thread, from the event loop there. The channel
/// outlives everybody who calls it or waits; a frame that is destroyed while it waits takes no item with it: what had been handed to it
/// is the next to be read.
template <std::move_constructible T>
class Channel
{
public:
    class Read;
    class Write;
    class Watch;

    /// Gets what a full channel drops, once for each item, in the writer's thread, after the write; may call the channel (B93).
    using OnDropped = std::function<void(T)>;

    /// std::out_of_range for no capacity.
    explicit Channel(ChannelOptions options = {}, OnDropped onDropped = {}) : m_options(options), m_onDropped(std::move(onDropped))
    {
        if (options.capacity == 0)
            throw std::out_of_range("capacity: must be at least 1");
    }
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    /// `while (auto item = co_await channel.read(stop))`: nullopt when stop was requested, which is looked at before what there is to
    /// read, and when the channel is complete and empty (T2); ChannelClosed where it was completed with an error (B94). A stop ends this
    /// read only, and loses nothing (B95).
    [[nodiscard]] Read read(std::stop_token stop = {}) { return Read(*this, std::move(stop)); }

    /// nullopt: nothing there right now.
    [[nodiscard]] std::optional<T> tryRead()
    {
        std::optional<T> out;
        const std::lock_guard reading(m_readMutex);
        if (!takeAhead(out)) {
            const std::lock_guard lock(m_mutex);
            (void)take(out);
        }
        return out;
    }

    /// True when there is something to read, which another reader may be quicker to take; false when there never will be, or stop was
    /// requested. What complete() was given is thrown as it is.
    [[nodiscard]] Watch waitToRead(std::stop_token stop = {}) { return Watch(*this, Watch::ToRead, std::move(stop)); }

    /// True: the channel took it, or dropped something by its FullMode; false: it is full and waits, or is complete, and `item` is as it was.
    [[nodiscard]] bool tryWrite(T&& item) { return offer(item) == Offer::Taken; }
    [[nodiscard]] bool tryWrite(const T& item)
        requires std::copy_constructible<T>
    {
        return tryWrite(T(item));
    }

    /// True when the channel has taken it, after a wait for room where FullMode::Wait says so; false when stop was requested first;
    /// ChannelClosed when the channel is, or becomes, complete.
    [[nodiscard]] Write write(T item, std::stop_token stop = {}) { return Write(*this, std::move(item), std::move(stop)); }

    /// No more writes; what is there stays readable. With `error`, readers get that after the last item. False: complete already.
    bool tryComplete(std::exception_ptr error = {})
    {
        const std::scoped_lock lock(m_readMutex, m_mutex);
        if (std::exchange(m_complete, true))
            return false;
        m_error = std::move(error);
        m_writers.wakeAll();
        m_readers.wakeAll(); // who waits, waits because it is empty
        m_watchers.wakeAll();
        wakeWhenDrained();
        return true;
    }

    /// As tryComplete; ChannelClosed where that says false.
    void complete(std::exception_ptr error = {})
    {
        if (!tryComplete(std::move(error)))
            throw ChannelClosed();
    }

    /// True when the channel is complete and everything was read; false when stop was requested first. What complete() was given is
    /// thrown as it is.
    [[nodiscard]] Watch completion(std::stop_token stop = {}) { return Watch(*this, Watch::ToEnd, std::move(stop)); }

    /// Items that can be read now.
    [[nodiscard]] std::size_t count() const
    {
        const std::scoped_lock lock(m_readMutex, m_mutex);
        return m_ahead.size() + m_items.size();
    }

private:
    enum class Offer { Taken, Full, Closed };

    // A writer and a reader beside each other hardly meet: who reads takes all that is there to the front, and has that for itself.
    // Whoever locks both mutexes locks m_readMutex first.

    /// With m_readMutex held. False: it takes the other one too, to know.
    bool takeAhead(std::optional<T>& out)
    {
        if (m_ahead.size() <= 1)
            return false;
        takeFront(m_ahead, out);
        return true;
    }

    // All below with both held, but where it says otherwise.

    bool take(std::optional<T>& out)
    {
        if (m_ahead.empty() && m_options.capacity == ChannelOptions::unbounded)
            m_ahead.swap(m_items);
        auto& items = m_ahead.empty() ? m_items : m_ahead;
        if (items.empty())
            return false;
        takeFront(items, out);
        if (auto* writer = static_cast<Write*>(m_writers.first()); writer && m_items.size() < m_options.capacity) {
            m_items.push_back(std::move(*writer->m_item));
            writer->m_item.reset();
            m_writers.wake(*writer);
        }
        wakeWhenDrained();
        return true;
    }

    static void takeFront(std::deque<T>& items, std::optional<T>& out)
    {
        out.emplace(std::move(items.front()));
        items.pop_front();
    }

    [[nodiscard]] bool isEmpty() const { return m_ahead.empty() && m_items.empty(); }
    [[nodiscard]] bool isDrained() const { return m_complete && isEmpty(); }

    void wakeWhenDrained()
    {
        if (isDrained())
            m_enders.wakeAll();
    }

    /// To the reader that waits longest, if there is one: then nothing else is there. With m_mutex held, as the next one.
    bool handOver(T& item)
    {
        auto* reader = static_cast<Read*>(m_readers.first());
        if (!reader)
            return false;
        reader->m_item.emplace(std::move(item));
        m_readers.wake(*reader);
        return true;
    }

    void keep(T& item)
    {
        m_items.push_back(std::move(item));
        m_watchers.wakeAll();
    }

    // Without.
    Offer offer(T& item)
    {
        std::optional<T> dropped;
        {
            const std::lock_guard lock(m_mutex);
            if (const Offer there = offerLocked(item, dropped); there != Offer::Taken)
                return there;
        }
        if (dropped && m_onDropped)
            m_onDropped(std::move(*dropped));
        return Offer::Taken;
    }

    // With m_mutex held.
    Offer offerLocked(T& item, std::optional<T>& dropped)
    {
        if (m_complete)
            return Offer::Closed;
        if (handOver(item))
            return Offer::Taken;
        if (m_items.size() >= m_options.capacity) {
            switch (m_options.fullMode) {
            case FullMode::Wait: return Offer::Full;
            case FullMode::DropWrite: dropped.emplace(std::move(item)); return Offer::Taken;
            case FullMode::DropOldest:
                dropped.emplace(std::move(m_items.front()));
                m_items.pop_front();
                break;
            case FullMode::DropNewest:
                dropped.emplace(std::move(m_items.back()));
                m_items.pop_back();
                break;
            }
        }
        keep(item);
        return Offer::Taken;
    }

    /// Its reader went before it saw it. It had its place already, so the capacity does not count. Without.
    void putBack(T& item)
    {
        const std::scoped_lock lock(m_readMutex, m_mutex);
        if (handOver(item))
            return;
        (m_ahead.empty() ? m_items : m_ahead).push_front(std::move(item));
        m_watchers.wakeAll();
    }

    const ChannelOptions m_options;
    const OnDropped m_onDropped;
    mutable std::mutex m_readMutex;
    std::deque<T> m_ahead;              // guarded by it: what is read before m_items, where the capacity has no bound
    mutable std::mutex m_mutex;
    std::deque<T> m_items;              // guarded by m_mutex, as all below
    bool m_complete = false;
    std::exception_ptr m_error;
    detail::WaitList m_readers{m_mutex};
    detail::WaitList m_writers{m_mutex};
    detail::WaitList m_watchers{m_mutex}; ///< waitToRead
    detail::WaitList m_enders{m_mutex};   ///< completion
};

template <std::move_constructible T>
class [[nodiscard]] Channel<T>::Read : detail::ListedWait
{
public:
    ~Read()
    {
        leave();
        if (m_item)
            m_channel.putBack(*m_item);
    }

    bool await_ready()
    {
        if (stopRequested())
            return true;
        const std::lock_guard reading(m_channel.m_readMutex);
        if (m_channel.takeAhead(m_item))
            return true;
        const std::lock_guard lock(m_channel.m_mutex);
        return look();
    }

    bool await_suspend(std::coroutine_handle<> handle)
    {
        const std::lock_guard reading(m_channel.m_readMutex);
        return enter(handle, m_channel.m_readers, [this] { return look(); });
    }

    std::optional<T> await_resume()
    {
        leave();
        // Without an item, and not because of a stop: the channel is complete.
        if (!m_item && (m_ended || !stopRequested())) {
            const std::lock_guard lock(m_channel.m_mutex);
            if (m_channel.m_error)
                throw ChannelClosed(m_channel.m_error);
        }
        return std::exchange(m_item, std::nullopt);
    }

private:
    friend class Channel;
    Read(Channel& channel, std::stop_token stop) noexcept : ListedWait(std::move(stop)), m_channel(channel) {}

    bool look()
    {
        m_ended = !m_channel.take(m_item) && m_channel.m_complete;
        return m_item || m_ended;
    }

    Channel& m_channel;
    std::optional<T> m_item; ///< while it waits: guarded
    bool m_ended = false;
};

template <std::move_constructible T>
class [[nodiscard]] Channel<T>::Write : detail::ListedWait
{
public:
    ~Write() { leave(); } // before its item goes: who reads takes that from here

    bool await_ready()
    {
        return stopRequested() || look(m_channel.offer(*m_item));
    }

    bool await_suspend(std::coroutine_handle<> handle)
    {
        std::optional<T> dropped; // a channel that drops is never full
        return enter(handle, m_channel.m_writers, [&] { return look(m_channel.offerLocked(*m_item, dropped)); });
    }

    bool await_resume()
    {
        leave();
        // Not taken, and not because of a stop: the channel is complete.
        if (m_item && (m_closed || !stopRequested()))
            throw ChannelClosed();
        return !m_item;
    }

private:
    friend class Channel;
    Write(Channel& channel, T item, std::stop_token stop) noexcept
        : ListedWait(std::move(stop)), m_channel(channel), m_item(std::move(item))
    {}

    bool look(Offer there)
    {
        m_closed = there == Offer::Closed;
        if (there == Offer::Taken)
            m_item.reset();
        return there != Offer::Full;
    }

    Channel& m_channel;
    std::optional<T> m_item; ///< until the channel has it; while it waits: guarded
    bool m_closed = false;
};

template <std::move_constructible T>
class [[nodiscard]] Channel<T>::Watch : detail::ListedWait
{
public:
    bool await_ready()
    {
        if (stopRequested()) {
            m_stopped = true;
            return true;
        }
        const std::scoped_lock lock(m_channel.m_readMutex, m_channel.m_mutex);
        return look();
    }

    bool await_suspend(std::coroutine_handle<> handle)
    {
        const std::lock_guard reading(m_channel.m_readMutex);
        return enter(handle, m_what == ToRead ? m_channel.m_watchers : m_channel.m_enders, [this] { return look(); });
    }

    bool await_resume()
    {
        leave();
        if (m_stopped)
            return false;
        const std::scoped_lock lock(m_channel.m_readMutex, m_channel.m_mutex);
        const bool ended = m_channel.isDrained();
        if (ended && m_channel.m_error)
            std::rethrow_exception(m_channel.m_error);
        if (m_what == ToEnd)
            return ended;
        // Woken because there was something: so it is, though somebody may have taken it.
        return !ended && (!m_channel.isEmpty() || !stopRequested());
    }

private:
    friend class Channel;
    enum What { ToRead, ToEnd };
    Watch(Channel& channel, What what, std::stop_token stop) noexcept : ListedWait(std::move(stop)), m_channel(channel), m_what(what) {}

    bool look() const { return m_channel.isDrained() || (m_what == ToRead && !m_channel.isEmpty()); }

    Channel& m_channel;
    What m_what;
    bool m_stopped = false;
};

} // namespace turnspit
