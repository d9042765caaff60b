#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

namespace turnspit {

/// Whose work a thread does at the moment: travels with a coroutine from suspension to resumption, so that a log line, and a thread
/// that does not come back, can be put down to a service. One object a name, for ever.
class WorkContext
{
public:
    /// What a thread works for right now; another thread may look.
    using Current = std::atomic<const WorkContext*>;

    [[nodiscard]] static const WorkContext& named(std::string_view name);

    /// Null: nobody's in particular.
    [[nodiscard]] static const WorkContext* current() noexcept { return cell().load(std::memory_order_relaxed); }

    /// This thread's, for another one to look at; lives as long as somebody holds it.
    [[nodiscard]] static std::shared_ptr<const Current> watch();

    [[nodiscard]] const std::string& name() const noexcept { return m_name; }

    /// This thread works for `context` until the end of the block.
    class Scope
    {
    public:
        explicit Scope(const WorkContext* context) noexcept : m_before(current()) { cell().store(context, std::memory_order_relaxed); }
        ~Scope() { cell().store(m_before, std::memory_order_relaxed); }
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;

    private:
        const WorkContext* m_before;
    };

    explicit WorkContext(std::string name) : m_name(std::move(name)) {}

private:
    static const std::shared_ptr<Current>& shared();
    static Current& cell() noexcept { return *shared(); }

    std::string m_name;
};

} // namespace turnspit
