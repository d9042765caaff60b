#pragma once

#include <cstddef>

#include <pthread.h>

namespace turnspit::test {

/// The system gives no threads as long as this lives: each wants a stack that no machine has.
class NoThreads
{
public:
    NoThreads()
    {
        ::pthread_getattr_default_np(&m_before);
        pthread_attr_t vast;
        ::pthread_attr_init(&vast);
        ::pthread_attr_setstacksize(&vast, std::size_t(1) << 46);
        ::pthread_setattr_default_np(&vast);
        ::pthread_attr_destroy(&vast);
    }
    ~NoThreads()
    {
        ::pthread_setattr_default_np(&m_before);
        ::pthread_attr_destroy(&m_before);
    }
    NoThreads(const NoThreads&) = delete;
    NoThreads& operator=(const NoThreads&) = delete;

private:
    pthread_attr_t m_before{};
};

} // namespace turnspit::test
