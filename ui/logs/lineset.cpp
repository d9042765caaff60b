#include <ui/logs/lineset.h>

#include <algorithm>
#include <bit>

namespace turnspit {

void LineSet::clear()
{
    m_blocks.clear();
    m_before.clear();
    m_summed = false;
}

const LineSet::Block* LineSet::block(quint64 index) const
{
    return index >= m_base && index - m_base < m_blocks.size() ? m_blocks[index - m_base].get() : nullptr;
}

LineSet::Block& LineSet::madeBlock(quint64 index)
{
    if (m_blocks.empty())
        m_base = index;
    if (index < m_base) {
        const quint64 added = m_base - index;
        std::vector<std::unique_ptr<Block>> blocks(added + m_blocks.size());
        std::move(m_blocks.begin(), m_blocks.end(), blocks.begin() + static_cast<std::ptrdiff_t>(added));
        m_blocks = std::move(blocks);
        m_base = index;
    }
    if (index - m_base >= m_blocks.size())
        m_blocks.resize(index - m_base + 1);
    auto& slot = m_blocks[index - m_base];
    if (!slot)
        slot = std::make_unique<Block>();
    return *slot;
}

void LineSet::insert(quint64 first, quint64 count)
{
    m_summed = false;
    for (quint64 n = first; n < first + count;) {
        Block& block = madeBlock(n / blockBits);
        const quint64 bit = n % blockBits;
        const quint64 shift = bit % 64;
        const quint64 many = std::min(first + count - n, 64 - shift);
        const quint64 mask = (many == 64 ? ~quint64{0} : (quint64{1} << many) - 1) << shift;
        quint64& word = block.words[bit / 64];
        block.count += std::popcount(mask & ~word);
        word |= mask;
        n += many;
    }
}

void LineSet::removeBefore(quint64 number)
{
    const quint64 index = number / blockBits;
    if (m_blocks.empty() || index < m_base)
        return;
    m_summed = false;
    const auto gone = std::min<quint64>(index - m_base, m_blocks.size());
    m_blocks.erase(m_blocks.begin(), m_blocks.begin() + static_cast<std::ptrdiff_t>(gone));
    m_base += gone;
    if (m_blocks.empty() || m_base != index || !m_blocks.front())
        return;
    Block& block = *m_blocks.front();
    const quint64 bit = number % blockBits;
    for (quint64 i = 0; i <= bit / 64; ++i) {
        const quint64 kept = i < bit / 64 ? 0 : block.words[i] & (~quint64{0} << (bit % 64));
        block.count -= std::popcount(block.words[i] & ~kept);
        block.words[i] = kept;
    }
}

void LineSet::sum() const
{
    if (m_summed)
        return;
    m_before.resize(m_blocks.size() + 1);
    qint64 sum = 0;
    for (std::size_t i = 0; i < m_blocks.size(); ++i) {
        m_before[i] = sum;
        sum += m_blocks[i] ? m_blocks[i]->count : 0;
    }
    m_before.back() = sum;
    m_summed = true;
}

qint64 LineSet::size() const
{
    sum();
    return m_before.back();
}

bool LineSet::contains(quint64 number) const
{
    const Block* const in = block(number / blockBits);
    return in && (in->words[number % blockBits / 64] >> (number % 64) & 1) != 0;
}

qint64 LineSet::rank(quint64 number) const
{
    sum();
    const quint64 index = number / blockBits;
    if (index < m_base)
        return 0;
    if (index - m_base >= m_blocks.size())
        return m_before.back();
    qint64 rank = m_before[index - m_base];
    const Block* const in = block(index);
    if (!in)
        return rank;
    const quint64 bit = number % blockBits;
    for (quint64 i = 0; i < bit / 64; ++i)
        rank += std::popcount(in->words[i]);
    return rank + std::popcount(in->words[bit / 64] & ((quint64{1} << (bit % 64)) - 1));
}

quint64 LineSet::at(qint64 rank) const
{
    sum();
    const auto behind = std::upper_bound(m_before.begin(), m_before.end(), rank);
    const auto index = static_cast<quint64>(behind - m_before.begin()) - 1;
    const Block& in = *m_blocks[index];
    qint64 left = rank - m_before[index];
    quint64 word = 0;
    for (;; ++word) {
        const int count = std::popcount(in.words[word]);
        if (left < count)
            break;
        left -= count;
    }
    quint64 bits = in.words[word];
    for (; left > 0; --left)
        bits &= bits - 1;
    return (m_base + index) * blockBits + word * 64 + static_cast<quint64>(std::countr_zero(bits));
}

std::optional<quint64> LineSet::from(quint64 number) const
{
    const qint64 at = rank(number);
    return at < size() ? std::optional(this->at(at)) : std::nullopt;
}

std::optional<quint64> LineSet::before(quint64 number) const
{
    const qint64 at = rank(number);
    return at > 0 ? std::optional(this->at(at - 1)) : std::nullopt;
}

LineSet LineSet::common(const LineSet& other) const
{
    LineSet both;
    for (std::size_t i = 0; i < m_blocks.size(); ++i) {
        const Block* const theirs = other.block(m_base + i);
        if (!m_blocks[i] || !theirs)
            continue;
        Block result;
        for (std::size_t word = 0; word < result.words.size(); ++word) {
            result.words[word] = m_blocks[i]->words[word] & theirs->words[word];
            result.count += std::popcount(result.words[word]);
        }
        if (result.count > 0)
            both.madeBlock(m_base + i) = result;
    }
    return both;
}

} // namespace turnspit
