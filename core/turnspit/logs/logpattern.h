#pragma once

#include <turnspit/base/error.h>

#include <QRegularExpression>

#include <string>
#include <string_view>

namespace turnspit {

/// A regular expression (PCRE) over the text of entries. Bytes that are not UTF-8 count as U+FFFD. Copies are cheap; one thread a copy.
class LogPattern
{
public:
    enum class Case { Sensitive, Insensitive };

    /// InvalidDefinition with the reason and the column where the expression is wrong.
    [[nodiscard]] static Result<LogPattern> compile(const std::string& expression, Case sensitivity = Case::Sensitive);

    [[nodiscard]] bool matches(std::string_view text) const;

    /// Bytes that every match contains, in small letters where case does not matter; "" where none is known. What lacks them is
    /// not decoded at all.
    [[nodiscard]] const std::string& literal() const { return m_literal; }

private:
    LogPattern() = default;

    QRegularExpression m_expression;
    std::string m_literal;
    bool m_isLiteral = false; ///< the whole expression is m_literal
    bool m_folded = false;    ///< m_literal is ASCII and stands for both cases
    bool m_kelvin = false;    ///< and holds a letter that has a third case outside of ASCII: K and the sign for Kelvin, s and the long s
};

} // namespace turnspit
