#pragma once

#include <turnspit/schedule/cron.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace turnspit {

/// Reads one cron expression. Used by Cron::parse alone.
class CronParser
{
public:
    explicit CronParser(std::string_view expression) : m_text(expression) {}

    [[nodiscard]] Result<Cron> parse();

    struct Field; ///< what is known about one of the six

private:
    [[nodiscard]] Result<Cron> parseFields(std::string_view fields, std::string written);
    [[nodiscard]] Result<std::uint64_t> parseField(const Field& field, std::string_view text) const;
    [[nodiscard]] Result<std::uint64_t> parseElement(const Field& field, std::string_view text) const;
    [[nodiscard]] Result<unsigned> parseValue(const Field& field, std::string_view text, bool endOfRange) const;
    [[nodiscard]] Result<unsigned> parseStep(const Field& field, std::string_view text) const;
    [[nodiscard]] std::unexpected<Error> failAt(const char* position, std::string message) const;

    std::string_view m_text; ///< what positions are counted in
};

} // namespace turnspit
