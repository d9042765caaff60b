#pragma once

#include <QtGlobal>

#include <array>
#include <memory>
#include <optional>
#include <vector>

namespace turnspit {

/// A set of line numbers that knows the rank of each: one bit a line where lines are dense, nothing where there are none.
class LineSet
{
public:
    void clear();
    void insert(quint64 first, quint64 count);

    /// Forgets the numbers before this one: those lines are gone.
    void removeBefore(quint64 number);

    [[nodiscard]] qint64 size() const;
    [[nodiscard]] bool isEmpty() const { return size() == 0; }
    [[nodiscard]] bool contains(quint64 number) const;

    /// How many are smaller than this number.
    [[nodiscard]] qint64 rank(quint64 number) const;

    /// The number with this rank, from 0; rank < size().
    [[nodiscard]] quint64 at(qint64 rank) const;

    /// The smallest number that is not smaller than this one, and the largest that is smaller.
    [[nodiscard]] std::optional<quint64> from(quint64 number) const;
    [[nodiscard]] std::optional<quint64> before(quint64 number) const;

    /// What both hold.
    [[nodiscard]] LineSet common(const LineSet& other) const;
    [[nodiscard]] LineSet copy() const { return common(*this); }

private:
    static constexpr quint64 blockBits = 4096;
    struct Block
    {
        std::array<quint64, blockBits / 64> words{};
        int count = 0;
    };
    [[nodiscard]] const Block* block(quint64 index) const;
    Block& madeBlock(quint64 index);
    void sum() const;

    std::vector<std::unique_ptr<Block>> m_blocks; ///< null: none in there
    quint64 m_base = 0;                           ///< index of m_blocks[0]
    mutable std::vector<qint64> m_before;         ///< how many are in the blocks before each, and in all
    mutable bool m_summed = false;
};

} // namespace turnspit
