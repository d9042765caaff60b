#include <turnspit/logging/loggerfactory.h>

#include <turnspit/async/workcontext.h>
#include <turnspit/logging/consolesink.h>

#include <algorithm>

namespace turnspit {

LoggerFactory::LoggerFactory(Clock& clock) : m_clock(clock), m_sinks(std::make_shared<const Sinks>()) {}
LoggerFactory::~LoggerFactory() = default;

void LoggerFactory::addSink(std::shared_ptr<LogSink> sink)
{
    const std::lock_guard lock(m_mutex);
    auto sinks = std::make_shared<Sinks>(*m_sinks);
    sinks->push_back(std::move(sink));
    m_sinks = std::move(sinks);
}

LogLevel LoggerFactory::levelOf(std::string_view name) const
{
    LogLevel level = LogLevel::Info;
    std::size_t longest = 0;
    for (const auto& [prefix, each] : m_levels) {
        if (prefix.size() >= longest && name.starts_with(prefix)) {
            longest = prefix.size();
            level = each;
        }
    }
    return level;
}

void LoggerFactory::setLevel(LogLevel level, std::string_view prefix)
{
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_levels, [&](const auto& known) { return known.first == prefix; });
    m_levels.emplace_back(prefix, level);
    applyLevels();
}

void LoggerFactory::setLevels(std::vector<std::pair<std::string, LogLevel>> levels)
{
    const std::lock_guard lock(m_mutex);
    m_levels = std::move(levels);
    applyLevels();
}

void LoggerFactory::applyLevels()
{
    for (const auto& category : m_categories)
        category->m_level.store(levelOf(category->name()), std::memory_order_relaxed);
}

std::shared_ptr<const LogCategory> LoggerFactory::category(std::string_view name)
{
    const std::lock_guard lock(m_mutex);
    const auto known = std::find_if(m_categories.begin(), m_categories.end(), [&](const auto& each) { return each->name() == name; });
    if (known != m_categories.end())
        return *known;
    return m_categories.emplace_back(std::make_shared<LogCategory>(std::string(name), levelOf(name)));
}

void LoggerFactory::write(const LogCategory& category, LogLevel level, int eventId, std::string_view service, std::string_view text,
                          std::span<const LogField> fields)
{
    std::shared_ptr<const Sinks> sinks;
    {
        const std::lock_guard lock(m_mutex);
        sinks = m_sinks;
    }
    while (text.ends_with('\n') || text.ends_with('\r')) // who writes for a terminal ends his lines
        text.remove_suffix(1);
    if (service.empty()) {
        if (const auto* work = WorkContext::current())
            service = work->name();
    }
    const LogRecord entry{m_clock.wallNow(), level, eventId, category.name(), service, text, fields};
    if (std::ranges::all_of(*sinks, [](const auto& sink) { return sink->isBesides(); })) {
        static ConsoleSink standard;
        standard.write(entry);
    }
    for (const auto& sink : *sinks)
        sink->write(entry);
}

} // namespace turnspit
