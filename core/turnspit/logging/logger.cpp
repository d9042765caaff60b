#include <turnspit/logging/logger.h>

#include <fmt/format.h>

namespace turnspit {

std::string LoggerBase::textOf(fmt::format_args value)
{
    return fmt::vformat("{}", value);
}

void LoggerBase::write(LogLevel level, int eventId, std::string_view service, fmt::string_view format, fmt::format_args args,
                       std::span<const LogField> fields) const
{
    fmt::memory_buffer text;
    fmt::vformat_to(std::back_inserter(text), format, args);
    m_factory->write(*m_category, level, eventId, service, {text.data(), text.size()}, fields);
}

} // namespace turnspit
