#include <turnspit/base/dueorder_p.h>

#include <algorithm>
#include <utility>

namespace turnspit {

namespace {
constexpr std::size_t children = 4;
} // namespace

void DueOrder::insert(Id id, Instant due, std::chrono::nanoseconds period)
{
    if (id >= m_places.size()) {
        if (id >= m_places.capacity())
            m_places.reserve(roomier(id + 1));
        m_places.resize(id + 1, nowhere);
    }
    const Entry entry{due, m_insertions++, id};
    const std::size_t where = laneFor(due, period);
    if (m_size++ == 0 || before(entry, first()))
        m_where = where;
    if (where == inHeap)
        insertIntoHeap(entry);
    else
        append(where, entry);
}

void DueOrder::remove(Id id)
{
    const Place place = id < m_places.size() ? std::exchange(m_places[id], nowhere) : nowhere;
    if (place == nowhere)
        return;
    const bool wasFirst = first().id == id;
    const std::size_t slot = place & ((Place(1) << laneShift) - 1);
    if (const std::size_t lane = place >> laneShift; lane == inHeap)
        removeFromHeap(slot);
    else
        removeFromLane(m_lanes[lane - 1], slot);
    --m_size;
    if (wasFirst)
        lookForFirst();
}

DueOrder::Entry DueOrder::takeFirst()
{
    const Entry entry = first();
    m_places[entry.id] = nowhere;
    if (m_where == inHeap)
        removeFromHeap(0);
    else
        removeFromLane(m_lanes[m_where - 1], m_lanes[m_where - 1].head);
    --m_size;
    lookForFirst();
    return entry;
}

DueOrder::Id DueOrder::probablyAfter(std::size_t turns) const
{
    if (m_where == inHeap)
        return turns < m_heap.size() ? m_heap[turns].id : none;
    const Lane& lane = m_lanes[m_where - 1];
    return turns < lane.size ? lane.ring[lane.slot(turns)].id : none;
}

bool DueOrder::before(const Entry& a, const Entry& b)
{
    return a.due != b.due ? a.due < b.due : static_cast<std::int32_t>(a.order - b.order) < 0;
}

void DueOrder::lookForFirst()
{
    m_where = inHeap;
    const Entry* best = m_heap.empty() ? nullptr : &m_heap.front();
    for (std::size_t i = 0; i < m_lanes.size(); ++i) {
        if (m_lanes[i].size > 0 && (!best || before(m_lanes[i].front(), *best))) {
            best = &m_lanes[i].front();
            m_where = i + 1;
        }
    }
}

std::size_t DueOrder::laneFor(Instant due, std::chrono::nanoseconds period)
{
    if (period == period.zero())
        return inHeap;
    std::size_t spare = inHeap;
    for (std::size_t i = 0; i < m_lanes.size(); ++i) {
        if (m_lanes[i].size > 0 && m_lanes[i].period == period)
            return m_lanes[i].back().due <= due ? i + 1 : inHeap;
        if (m_lanes[i].size <= 1 && (spare == inHeap || m_lanes[i].size < m_lanes[spare - 1].size))
            spare = i + 1;
    }
    if (spare == inHeap)
        return inHeap;
    // One alone has no use of a lane.
    Lane& lane = m_lanes[spare - 1];
    if (lane.size == 1) {
        if (m_where == spare)
            m_where = inHeap; // as the first of all it is the first there
        insertIntoHeap(lane.front());
        lane.size = 0;
    }
    lane.period = period;
    return spare;
}

void DueOrder::append(std::size_t number, const Entry& entry)
{
    Lane& lane = m_lanes[number - 1];
    if (lane.size == lane.ring.size())
        rebuild(number, lane.gaps > lane.size / 4 ? lane.ring.size() : roomier(lane.size));
    const std::size_t slot = lane.slot(lane.size++);
    lane.ring[slot] = entry;
    m_places[entry.id] = static_cast<Place>(number << laneShift | slot);
}

void DueOrder::rebuild(std::size_t number, std::size_t room)
{
    Lane& lane = m_lanes[number - 1];
    std::vector<Entry> ring(room);
    std::size_t size = 0;
    for (std::size_t n = 0; n < lane.size; ++n) {
        if (const Entry& entry = lane.ring[lane.slot(n)]; entry.id != none) {
            m_places[entry.id] = static_cast<Place>(number << laneShift | size);
            ring[size++] = entry;
        }
    }
    lane.ring = std::move(ring);
    lane.head = 0;
    lane.size = size;
    lane.gaps = 0;
}

void DueOrder::removeFromLane(Lane& lane, std::size_t slot)
{
    lane.ring[slot].id = none;
    ++lane.gaps;
    lane.trim();
}

void DueOrder::Lane::trim()
{
    for (; size > 0 && front().id == none; --size, --gaps)
        head = slot(1);
    for (; size > 0 && back().id == none; --gaps)
        --size;
}

void DueOrder::insertIntoHeap(const Entry& entry)
{
    m_heap.push_back(entry);
    rise(m_heap.size() - 1, entry);
}

void DueOrder::removeFromHeap(std::size_t place)
{
    const Entry last = m_heap.back();
    m_heap.pop_back();
    if (place == m_heap.size())
        return;
    if (place > 0 && before(last, m_heap[(place - 1) / children]))
        rise(place, last);
    else
        sink(place, last);
}

void DueOrder::put(std::size_t place, const Entry& entry)
{
    m_heap[place] = entry;
    m_places[entry.id] = static_cast<Place>(place);
}

void DueOrder::rise(std::size_t place, const Entry& entry)
{
    while (place > 0 && before(entry, m_heap[(place - 1) / children])) {
        const std::size_t parent = (place - 1) / children;
        put(place, m_heap[parent]);
        place = parent;
    }
    put(place, entry);
}

void DueOrder::sink(std::size_t place, const Entry& entry)
{
    for (;;) {
        const std::size_t begin = place * children + 1;
        const std::size_t end = std::min(begin + children, m_heap.size());
        std::size_t least = begin;
        for (std::size_t child = begin + 1; child < end; ++child) {
            if (before(m_heap[child], m_heap[least]))
                least = child;
        }
        if (begin >= end || !before(m_heap[least], entry))
            break;
        put(place, m_heap[least]);
        place = least;
    }
    put(place, entry);
}

} // namespace turnspit
