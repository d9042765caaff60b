#pragma once

#include <turnspit/base/clock.h>
#include <turnspit/logging/logsink.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace turnspit {

/// What a category's loggers share: whether a level is on costs one relaxed load.
class LogCategory
{
public:
    LogCategory(std::string name, LogLevel level) : m_name(std::move(name)), m_level(level) {}

    [[nodiscard]] const std::string& name() const noexcept { return m_name; }
    [[nodiscard]] bool isEnabled(LogLevel level) const noexcept { return level >= m_level.load(std::memory_order_relaxed); }

private:
    friend class LoggerFactory;
    std::string m_name;
    std::atomic<LogLevel> m_level;
};

/// Gives loggers their categories, and what they say to the sinks. Any thread. Without a sink, or with such as are there besides
/// (LogSink::isBesides): standard error.
class LoggerFactory
{
public:
    /// Stamps with `clock`, which must outlive it.
    explicit LoggerFactory(Clock& clock);
    LoggerFactory() : LoggerFactory(Clock::system()) {}
    ~LoggerFactory();
    LoggerFactory(const LoggerFactory&) = delete;
    LoggerFactory& operator=(const LoggerFactory&) = delete;

    void addSink(std::shared_ptr<LogSink> sink);

    /// Of all categories that begin with `prefix`, present and future; the longest prefix counts. Info at first.
    void setLevel(LogLevel level, std::string_view prefix = {});

    /// All at once, instead of what setLevel said before.
    void setLevels(std::vector<std::pair<std::string, LogLevel>> levels);

    /// One object a name, kept for good: names are of types, not of things that come and go.
    [[nodiscard]] std::shared_ptr<const LogCategory> category(std::string_view name);

    /// To all sinks. `service` empty: the one whose work this thread does.
    void write(const LogCategory& category, LogLevel level, int eventId, std::string_view service, std::string_view text,
               std::span<const LogField> fields = {});

private:
    using Sinks = std::vector<std::shared_ptr<LogSink>>;
    [[nodiscard]] LogLevel levelOf(std::string_view name) const;
    void applyLevels(); ///< with the lock held

    Clock& m_clock;
    mutable std::mutex m_mutex;
    std::shared_ptr<const Sinks> m_sinks;                            // guarded: replaced, never changed
    std::vector<std::pair<std::string, LogLevel>> m_levels;          // guarded
    std::vector<std::shared_ptr<LogCategory>> m_categories;          // guarded
};

} // namespace turnspit
