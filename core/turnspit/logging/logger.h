#pragma once

#include <turnspit/base/typename.h>
#include <turnspit/logging/logarguments.h>
#include <turnspit/logging/loggerfactory.h>

#include <fmt/core.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace turnspit {

/// Says things in one category: `log.info("{} rows", count)`, formats checked at compile time; among or behind the arguments stand
/// named values and the number of the event: `log.info("order {} shipped", n, EventId(1001), kv("to", city))`. A level that is off
/// costs one load and formats nothing. A formatter that throws fails nobody: the line says so. A QString is formatted where
/// logging/qtformat.h is included. Any thread; a copy is cheap. The factory must outlive it.
class LoggerBase
{
public:
    LoggerBase(LoggerFactory& factory, std::string_view category) : m_factory(&factory), m_category(factory.category(category)) {}

    [[nodiscard]] bool isEnabled(LogLevel level) const noexcept { return m_category->isEnabled(level); }

    /// A logger whose lines all have these named values, in front of their own and behind those that this one has:
    ///
    ///     const auto log = m_log.with(kv("order", order.id), kv("customer", order.customer));
    ///     log.info("received");
    ///     co_await ship(order, log, stopping);
    ///
    /// What a scope is elsewhere, but nothing of the thread: it goes where it is handed, across every co_await. The values are made into
    /// text here, once, whatever levels are on.
    template <class Self, class... Values>
    [[nodiscard]] Self with(this const Self& self, const NamedValue<Values>&... values)
    {
        Self out = self;
        out.addOwn({{std::string(values.name), textOf(fmt::make_format_args(values.value))}...});
        return out;
    }

    template <class... Args>
    void trace(LogFormat<Args...> format, Args&&... args) const
    {
        say(LogLevel::Trace, 0, {}, format, args...);
    }
    template <class... Args>
    void debug(LogFormat<Args...> format, Args&&... args) const
    {
        say(LogLevel::Debug, 0, {}, format, args...);
    }
    template <class... Args>
    void info(LogFormat<Args...> format, Args&&... args) const
    {
        say(LogLevel::Info, 0, {}, format, args...);
    }
    template <class... Args>
    void warning(LogFormat<Args...> format, Args&&... args) const
    {
        say(LogLevel::Warning, 0, {}, format, args...);
    }
    template <class... Args>
    void error(LogFormat<Args...> format, Args&&... args) const
    {
        say(LogLevel::Error, 0, {}, format, args...);
    }
    template <class... Args>
    void critical(LogFormat<Args...> format, Args&&... args) const
    {
        say(LogLevel::Critical, 0, {}, format, args...);
    }

    /// About a service, with the number of a host event.
    template <class... Args>
    void event(LogLevel level, int eventId, std::string_view service, LogFormat<Args...> format, Args&&... args) const
    {
        say(level, eventId, service, format, args...);
    }

    /// As event, with arguments packed already; says it whether the level is on or not.
    void write(LogLevel level, int eventId, std::string_view service, fmt::string_view format, fmt::format_args args,
               std::span<const LogField> fields = {}) const;

private:
    template <class... Args>
    void say(LogLevel level, int eventId, std::string_view service, fmt::string_view format, Args&... args) const
    {
        if (isEnabled(level))
            sayIt(level, eventId, service, format, args...);
    }

    /// Out of line, so that the question before it stays small enough to be inlined.
    template <class... Args>
    [[gnu::noinline]] void sayIt(LogLevel level, int eventId, std::string_view service, fmt::string_view format, Args&... args) const
    {
        if constexpr ((detail::isFormatted<Args> && ...)) {
            write(level, eventId, service, format, fmt::make_format_args(args...));
        } else {
            std::vector<LogField> fields;
            (takeApart(args, fields, eventId), ...);
            std::apply([&](auto&... formatted) { write(level, eventId, service, format, fmt::make_format_args(formatted...), fields); },
                       std::tuple_cat(detail::formatted(args)...));
        }
    }

    template <class Argument>
    static void takeApart(const Argument& argument, std::vector<LogField>& fields, int& eventId)
    {
        if constexpr (detail::isNamedValue<Argument>)
            fields.push_back({argument.name, textOf(fmt::make_format_args(argument.value))});
        else if constexpr (detail::isEventId<Argument>)
            eventId = argument.number;
    }

    static std::string textOf(fmt::format_args value);

    using OwnValues = std::vector<std::pair<std::string, std::string>>;
    void addOwn(OwnValues values);

    LoggerFactory* m_factory;
    std::shared_ptr<const LogCategory> m_category;
    std::shared_ptr<const OwnValues> m_own; ///< of with; null: none
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
