#pragma once

#include <turnspit/base/typename.h>
#include <turnspit/logging/loggerfactory.h>

#include <fmt/core.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace turnspit {

/// Says things in one category: `log.info("{} rows", count)`, formats checked at compile time. A level that is off costs one load
/// and formats nothing. Any thread; a copy is cheap. The factory must outlive it.
class LoggerBase
{
public:
    LoggerBase(LoggerFactory& factory, std::string_view category) : m_factory(&factory), m_category(factory.category(category)) {}

    [[nodiscard]] bool isEnabled(LogLevel level) const noexcept { return m_category->isEnabled(level); }

    template <class... Args>
    void trace(fmt::format_string<Args...> format, Args&&... args) const
    {
        say(LogLevel::Trace, 0, {}, format, args...);
    }
    template <class... Args>
    void debug(fmt::format_string<Args...> format, Args&&... args) const
    {
        say(LogLevel::Debug, 0, {}, format, args...);
    }
    template <class... Args>
    void info(fmt::format_string<Args...> format, Args&&... args) const
    {
        say(LogLevel::Info, 0, {}, format, args...);
    }
    template <class... Args>
    void warning(fmt::format_string<Args...> format, Args&&... args) const
    {
        say(LogLevel::Warning, 0, {}, format, args...);
    }
    template <class... Args>
    void error(fmt::format_string<Args...> format, Args&&... args) const
    {
        say(LogLevel::Error, 0, {}, format, args...);
    }
    template <class... Args>
    void critical(fmt::format_string<Args...> format, Args&&... args) const
    {
        say(LogLevel::Critical, 0, {}, format, args...);
    }

    /// About a service, with the number of a host event.
    template <class... Args>
    void event(LogLevel level, int eventId, std::string_view service, fmt::format_string<Args...> format, Args&&... args) const
    {
        say(level, eventId, service, format, args...);
    }

    /// As event, with arguments packed already; says it whether the level is on or not.
    void write(LogLevel level, int eventId, std::string_view service, fmt::string_view format, fmt::format_args args) const;

private:
    template <class... Args>
    void say(LogLevel level, int eventId, std::string_view service, fmt::string_view format, Args&... args) const
    {
        if (isEnabled(level))
            write(level, eventId, service, format, fmt::make_format_args(args...));
    }

    LoggerFactory* m_factory;
    std::shared_ptr<const LogCategory> m_category;
};

/// Injected by value; the category is the name of T.
template <class T>
class Logger : public LoggerBase
{
public:
    using InjectedFrom = LoggerFactory;
    explicit Logger(LoggerFactory& factory) : LoggerBase(factory, typeName<T>()) {}
};

} // namespace turnspit
