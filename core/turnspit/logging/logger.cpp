#include <turnspit/logging/logger.h>

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <iterator>

namespace turnspit {

namespace {

/// In place of a text whose formatter throws: to say something is not to fail.
std::string notFormatted(fmt::string_view format)
{
    std::string out(format.data(), format.size());
    try {
        throw;
    } catch (const std::exception& error) {
        out += std::string(" (cannot be formatted: ") + error.what() + ')';
    } catch (...) {
        out += " (cannot be formatted)";
    }
    return out;
}

} // namespace

std::string LoggerBase::textOf(fmt::format_args value)
{
    try {
        return fmt::vformat("{}", value);
    } catch (...) {
        return notFormatted("{}");
    }
}

void LoggerBase::write(LogLevel level, int eventId, std::string_view service, fmt::string_view format, fmt::format_args args,
                       std::span<const LogField> fields) const
{
    fmt::memory_buffer text;
    try {
        fmt::vformat_to(std::back_inserter(text), format, args);
    } catch (...) {
        text.clear();
        text.append(notFormatted(format));
    }
    std::vector<LogField> all;
    if (m_own) {
        for (const auto& [name, value] : *m_own)
            all.push_back({name, value});
        all.insert(all.end(), fields.begin(), fields.end());
        fields = all;
    }
    m_factory->write(*m_category, level, eventId, service, {text.data(), text.size()}, fields);
}

void LoggerBase::addOwn(OwnValues values)
{
    auto all = m_own ? std::make_shared<OwnValues>(*m_own) : std::make_shared<OwnValues>();
    std::ranges::move(values, std::back_inserter(*all));
    m_own = std::move(all);
}

} // namespace turnspit
