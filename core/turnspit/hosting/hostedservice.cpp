#include <turnspit/hosting/hostedservice.h>

namespace turnspit {

Task<> HostedLifecycleService::starting(std::stop_token)
{
    co_return;
}

Task<> HostedLifecycleService::started(std::stop_token)
{
    co_return;
}

Task<> HostedLifecycleService::stopping(std::stop_token)
{
    co_return;
}

Task<> HostedLifecycleService::stopped(std::stop_token)
{
    co_return;
}

} // namespace turnspit
