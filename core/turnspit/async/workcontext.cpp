#include <turnspit/async/workcontext.h>

#include <mutex>
#include <unordered_set>

namespace turnspit {

namespace {

struct ByName
{
    using is_transparent = void;
    static std::string_view text(std::string_view name) { return name; }
    static std::string_view text(const WorkContext& context) { return context.name(); }
    std::size_t operator()(const auto& one) const noexcept { return std::hash<std::string_view>()(text(one)); }
    bool operator()(const auto& one, const auto& other) const noexcept { return text(one) == text(other); }
};

} // namespace

const WorkContext& WorkContext::named(std::string_view name)
{
    // Never destroyed: a program that ends does not wait for threads that block, and they speak of whom they work for.
    static auto& mutex = *new std::mutex;
    static auto& known = *new std::unordered_set<WorkContext, ByName, ByName>; // its elements stay where they are
    const std::lock_guard lock(mutex);
    if (const auto found = known.find(name); found != known.end())
        return *found;
    return *known.emplace(std::string(name)).first;
}

const std::shared_ptr<WorkContext::Current>& WorkContext::shared()
{
    thread_local const auto cell = std::make_shared<Current>(nullptr);
    return cell;
}

std::shared_ptr<const WorkContext::Current> WorkContext::watch()
{
    return shared();
}

} // namespace turnspit
