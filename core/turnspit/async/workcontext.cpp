#include <turnspit/async/workcontext.h>

#include <map>
#include <mutex>

namespace turnspit {

const WorkContext& WorkContext::named(std::string_view name)
{
    static std::mutex mutex;
    static std::map<std::string, WorkContext, std::less<>> known; // a map: its elements stay where they are
    const std::lock_guard lock(mutex);
    if (const auto found = known.find(name); found != known.end())
        return found->second;
    return known.try_emplace(std::string(name), std::string(name)).first->second;
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
