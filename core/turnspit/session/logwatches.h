#pragma once

#include <turnspit/async/event.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace turnspit {

/// Who waits for which log of a host to grow. Host thread.
class LogWatches
{
public:
    /// `tell` is called when somebody begins to wait for a log, and when nobody waits for it any more.
    explicit LogWatches(std::function<void(const std::string& service, bool on)> tell) : m_tell(std::move(tell)) {}
    LogWatches(const LogWatches&) = delete;
    LogWatches& operator=(const LogWatches&) = delete;

    /// Somebody who waits for one log, as long as it lives; each has news of its own, so that nobody takes another's away.
    class Watch
    {
    public:
        Watch(LogWatches& watches, std::string service);
        ~Watch();
        Watch(const Watch&) = delete;
        Watch& operator=(const Watch&) = delete;

        /// What is written from now on is news: called before the log is looked at.
        void begin() noexcept { m_news.reset(); }

        /// `co_await watch.news(stop)`: there is some since begin(), or stop was requested.
        [[nodiscard]] auto news(std::stop_token stop) noexcept { return m_news.wait(std::move(stop)); }

    private:
        friend class LogWatches;
        LogWatches& m_watches;
        std::string m_service;
        Event m_news;
    };

    /// That log was written to, or a run of it ended.
    void written(const std::string& service);

    [[nodiscard]] std::vector<std::string> watched() const;

private:
    std::function<void(const std::string&, bool)> m_tell;
    std::map<std::string, std::set<Watch*>> m_watches; ///< none is empty
};

} // namespace turnspit
