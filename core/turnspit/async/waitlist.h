#pragma once

#include <turnspit/async/resumption.h>

#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace turnspit::detail {

class WaitList;

/// A coroutine that waits in a list which other threads wake it from. Everything but the resumption is guarded by the list's mutex.
class Waiter
{
public:
    Waiter() = default;
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

private:
    friend class WaitList;
    friend class ListedWait;
    WaitList* m_list = nullptr; ///< null: in none
    Waiter* m_previous = nullptr;
    Waiter* m_next = nullptr;
    Resumption m_resumption;
};

/// Who waits, in the order in which they came. Guarded by a mutex of its owner, which outlives every wait.
class WaitList
{
public:
    explicit WaitList(std::mutex& mutex) : m_mutex(mutex) {}
    WaitList(const WaitList&) = delete;
    WaitList& operator=(const WaitList&) = delete;

    [[nodiscard]] bool isEmpty() const noexcept { return !m_first; }
    [[nodiscard]] Waiter* first() const noexcept { return m_first; }

    void push(Waiter& waiter) noexcept
    {
        waiter.m_list = this;
        waiter.m_next = nullptr;
        waiter.m_previous = m_last;
        (m_last ? m_last->m_next : m_first) = &waiter;
        m_last = &waiter;
    }

    void remove(Waiter& waiter) noexcept
    {
        (waiter.m_previous ? waiter.m_previous->m_next : m_first) = waiter.m_next;
        (waiter.m_next ? waiter.m_next->m_previous : m_last) = waiter.m_previous;
        waiter.m_previous = waiter.m_next = nullptr;
        waiter.m_list = nullptr;
    }

    /// Takes it out of the list; it goes on in its own thread, soon.
    void wake(Waiter& waiter) noexcept
    {
        remove(waiter);
        waiter.m_resumption.poster()();
    }

    void wakeAll() noexcept
    {
        while (m_first)
            wake(*m_first);
    }

private:
    friend class ListedWait;
    std::mutex& m_mutex;
    Waiter* m_first = nullptr;
    Waiter* m_last = nullptr;
};

/// What awaiters of a WaitList have in common.
class ListedWait : public Waiter
{
public:
    explicit ListedWait(std::stop_token stop) noexcept : m_stop(std::move(stop)) {}
    ~ListedWait() { leave(); }

protected:
    [[nodiscard]] bool stopRequested() const noexcept { return m_stop.stop_requested(); }

    /// For await_suspend: waits in the list, unless `ready` says, under its mutex, that there is no need to.
    template <class Ready>
    bool enter(std::coroutine_handle<> handle, WaitList& list, Ready ready)
    {
        m_resumption.arm(handle);
        {
            const std::lock_guard lock(list.m_mutex);
            if (ready())
                return false;
            list.push(*this);
            m_waitsIn = &list;
        }
        if (m_stop.stop_possible())
            m_onStop.emplace(m_stop, m_resumption.poster());
        return true;
    }

    /// Before anything is read that another thread may have left here: from now on nobody touches this. True: it waited, and was woken.
    bool leave() noexcept
    {
        m_onStop.reset();
        WaitList* const list = std::exchange(m_waitsIn, nullptr);
        if (!list)
            return false;
        const std::lock_guard lock(list->m_mutex);
        if (!m_list)
            return true;
        list->remove(*this);
        return false;
    }

private:
    std::stop_token m_stop;
    WaitList* m_waitsIn = nullptr; ///< the coroutine's thread only
    std::optional<std::stop_callback<Resumption::Poster>> m_onStop;
};

} // namespace turnspit::detail
