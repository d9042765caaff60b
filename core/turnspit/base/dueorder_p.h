#pragma once

#include <turnspit/base/time.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace turnspit {

/// Which of many timers is due next. It knows them by number and touches none of them: thousands are in no cache.
///
/// Timers of one period come due in the order in which they were armed, so they stand in a lane, where one more costs the same
/// however many there are: there is a lane for each of the periods that are used most. All others are in a heap.
class DueOrder
{
public:
    using Id = std::uint32_t; // the caller numbers from 0, densely
    static constexpr Id none = std::numeric_limits<Id>::max();

    /// A quarter more room: 10,000 timers should not pay for 16,384.
    [[nodiscard]] static constexpr std::size_t roomier(std::size_t room)
    {
        return std::max<std::size_t>(8, room + room / 4);
    }

    struct Entry
    {
        Instant due;
        std::uint32_t order; // of insertion: of two that are due together
        Id id;
    };

    [[nodiscard]] bool isEmpty() const noexcept { return m_size == 0; }
    [[nodiscard]] std::size_t size() const noexcept { return m_size; }

    /// Which is not in it. `period`: 0 for one that comes once.
    void insert(Id id, Instant due, std::chrono::nanoseconds period);

    /// Nothing where it is not in it.
    void remove(Id id);

    /// Not where it is empty.
    [[nodiscard]] const Entry& first() const { return front(m_where); }
    Entry takeFirst();

    /// The one that is first when `turns` more were taken, as far as can be said without a search; or `none`.
    [[nodiscard]] Id probablyAfter(std::size_t turns) const;

private:
    // A ring; what was removed from its middle stays there without an id, until it is first or last.
    struct Lane
    {
        std::chrono::nanoseconds period{0};
        std::vector<Entry> ring;
        std::size_t head = 0;
        std::size_t size = 0;
        std::size_t gaps = 0;

        [[nodiscard]] std::size_t slot(std::size_t n) const
        {
            const std::size_t at = head + n;
            return at < ring.size() ? at : at - ring.size();
        }
        [[nodiscard]] const Entry& front() const { return ring[head]; }
        [[nodiscard]] const Entry& back() const { return ring[slot(size - 1)]; }
        void trim();
    };

    // A place: the number of the lane from 1 on (0: the heap), and where in it.
    using Place = std::uint32_t;
    static constexpr int laneShift = 29;
    static constexpr Place nowhere = std::numeric_limits<Place>::max();
    static constexpr std::size_t inHeap = 0;

    [[nodiscard]] static bool before(const Entry& a, const Entry& b);
    [[nodiscard]] const Entry& front(std::size_t where) const
    {
        return where == inHeap ? m_heap.front() : m_lanes[where - 1].front();
    }
    void lookForFirst();
    [[nodiscard]] std::size_t laneFor(Instant due, std::chrono::nanoseconds period);
    void append(std::size_t lane, const Entry& entry);
    void rebuild(std::size_t lane, std::size_t room);
    static void removeFromLane(Lane& lane, std::size_t slot);

    // Four children a node.
    void insertIntoHeap(const Entry& entry);
    void removeFromHeap(std::size_t place);
    void put(std::size_t place, const Entry& entry);
    void rise(std::size_t place, const Entry& entry);
    void sink(std::size_t place, const Entry& entry);

    std::vector<Entry> m_heap;
    std::array<Lane, 4> m_lanes;
    std::vector<Place> m_places; // by id
    std::size_t m_size = 0;
    std::size_t m_where = inHeap; // the first is: there, or in a lane
    std::uint32_t m_insertions = 0;
};

} // namespace turnspit
