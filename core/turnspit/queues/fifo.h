#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <utility>

namespace turnspit::detail {

/// First in, first out, in pieces of many that are used again: what one thread appends and another one takes asks for
/// memory seldom, and never moves once it is in. One thread at a time.
template <class T>
class Fifo
{
public:
    Fifo() = default;
    ~Fifo()
    {
        drop(std::move(m_first));
        drop(std::move(m_spare));
    }
    Fifo(const Fifo&) = delete;
    Fifo& operator=(const Fifo&) = delete;

    [[nodiscard]] bool isEmpty() const noexcept { return m_size == 0; }
    [[nodiscard]] std::size_t size() const noexcept { return m_size; }

    void push(T item)
    {
        if (m_end == length || !m_last)
            append();
        m_last->items[m_end++] = std::move(item);
        ++m_size;
    }

    /// Of one that is not empty.
    [[nodiscard]] T& front() noexcept { return m_first->items[m_begin]; }

    /// The one after the front; null: that is in another piece, or nowhere.
    [[nodiscard]] const T* next() const noexcept
    {
        return m_size > 1 && m_begin + 1 < length ? &m_first->items[m_begin + 1] : nullptr;
    }

    /// Forgets the front, from which everything was moved.
    void pop()
    {
        --m_size;
        if (++m_begin == length || m_size == 0)
            removeFirst();
    }

    void swap(Fifo& other) noexcept
    {
        std::swap(m_first, other.m_first);
        std::swap(m_spare, other.m_spare);
        std::swap(m_last, other.m_last);
        std::swap(m_begin, other.m_begin);
        std::swap(m_end, other.m_end);
        std::swap(m_size, other.m_size);
        std::swap(m_spares, other.m_spares);
    }

private:
    static constexpr std::size_t length = 64;
    static constexpr std::size_t mostSpares = 16;

    struct Piece
    {
        std::array<T, length> items;
        std::unique_ptr<Piece> next;
    };

    void append()
    {
        std::unique_ptr<Piece> piece =
            m_spare ? std::exchange(m_spare, std::move(m_spare->next)) : std::make_unique<Piece>();
        m_spares -= m_spares > 0 ? 1 : 0;
        Piece* const last = piece.get();
        (m_last ? m_last->next : m_first) = std::move(piece);
        m_last = last;
        m_end = 0;
    }

    void removeFirst()
    {
        auto piece = std::exchange(m_first, std::move(m_first->next));
        m_begin = 0;
        if (!m_first)
            m_last = nullptr;
        if (m_spares == mostSpares)
            return;
        ++m_spares;
        piece->next = std::move(m_spare);
        m_spare = std::move(piece);
    }

    /// One by one: a long chain would take a deep stack.
    static void drop(std::unique_ptr<Piece> chain)
    {
        while (chain)
            chain = std::move(chain->next);
    }

    std::unique_ptr<Piece> m_first;
    std::unique_ptr<Piece> m_spare;
    Piece* m_last = nullptr;
    std::size_t m_begin = 0; ///< of the first piece
    std::size_t m_end = 0;   ///< of the last one
    std::size_t m_size = 0;
    std::size_t m_spares = 0;
};

} // namespace turnspit::detail
