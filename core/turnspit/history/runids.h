#pragma once

#include <turnspit/base/error.h>
#include <turnspit/base/ids.h>

#include <cstdint>
#include <mutex>
#include <string>

namespace turnspit {

/// Ids of runs: they grow and are never given twice in a state folder, whatever becomes of the history file. Any thread.
///
/// The file (`<state>/run-id`) holds one decimal number: ids up to it may be in use. Ids are reserved in blocks, the file being
/// synced before the first of a block is given; a host that is killed leaves a gap of less than two blocks, one that ends well none.
class RunIds
{
public:
    static constexpr std::uint64_t block = 100;

    /// `used`: the greatest id known from elsewhere (history, logs). A file that cannot be read as a number counts as missing.
    [[nodiscard]] static Result<RunIds> open(std::string file, RunId used);

    RunIds(RunIds&& other) noexcept;
    RunIds& operator=(RunIds&&) = delete;

    /// Gives the rest of the block back.
    ~RunIds();

    /// Normally answers from memory; writes the file where a block is used up.
    [[nodiscard]] Result<RunId> next();

    /// Fewer than half a block is left: top up on a thread that may block.
    [[nodiscard]] bool isLow() const;
    [[nodiscard]] Result<> reserve();

    /// Ids up to this one are used (a run was found that nobody here began).
    void raise(RunId used);

private:
    RunIds(std::string file, std::uint64_t last, std::uint64_t reserved);

    [[nodiscard]] Result<> write(std::uint64_t value);

    std::string m_file;
    mutable std::mutex m_mutex;
    std::mutex m_writing;         ///< taken before m_mutex; held over a write of the file
    std::uint64_t m_last = 0;     ///< given
    std::uint64_t m_reserved = 0; ///< may be given
};

} // namespace turnspit
