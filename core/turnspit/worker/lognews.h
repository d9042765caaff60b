#pragma once

#include <turnspit/async/mailbox.h>

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>

namespace turnspit {

/// Brings the news that a log was written to from whichever thread spoke, once for many lines, and only of logs that
/// somebody watches.
class LogNews : public std::enable_shared_from_this<LogNews>
{
public:
    /// `tell` is called in the thread that makes this.
    explicit LogNews(std::function<void(const std::string& service)> tell)
        : m_tell(std::move(tell)), m_mailbox(Mailbox::current())
    {
    }

    void watch(const std::string& service, bool on);

    /// Any thread.
    void written(const std::string& service);

    /// Nothing is told any more.
    void detach() { m_tell = nullptr; }

private:
    void tell();

    std::function<void(const std::string&)> m_tell; // its thread only
    std::shared_ptr<Mailbox> m_mailbox;
    std::mutex m_mutex;
    std::set<std::string> m_watched; // guarded
    std::set<std::string> m_news;    // guarded
};

} // namespace turnspit
