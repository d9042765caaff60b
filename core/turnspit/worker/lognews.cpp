#include <turnspit/worker/lognews.h>

namespace turnspit {

void LogNews::watch(const std::string& service, bool on)
{
    const std::lock_guard lock(m_mutex);
    if (on)
        m_watched.insert(service);
    else
        m_watched.erase(service);
}

void LogNews::written(const std::string& service)
{
    const std::lock_guard lock(m_mutex);
    if (!m_watched.contains(service) || !m_news.insert(service).second || m_news.size() > 1)
        return;
    m_mailbox->post([self = shared_from_this()] { self->tell(); });
}

void LogNews::tell()
{
    std::set<std::string> news;
    {
        const std::lock_guard lock(m_mutex);
        news.swap(m_news);
    }
    for (const std::string& service : news) {
        if (m_tell)
            m_tell(service);
    }
}

} // namespace turnspit
