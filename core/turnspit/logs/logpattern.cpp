#include <turnspit/logs/logpattern.h>

#include <QString>

#include <algorithm>

namespace turnspit {

namespace {

bool isAlphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

char toSmall(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

bool isAscii(std::string_view text)
{
    return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

/// Does the text, in small letters, hold these bytes?
bool holdsFolded(std::string_view text, const std::string& small)
{
    thread_local std::string folded;
    folded.resize(text.size());
    std::transform(text.begin(), text.end(), folded.begin(), toSmall);
    return ::memmem(folded.data(), folded.size(), small.data(), small.size()) != nullptr;
}

bool isTail(char c)
{
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

/// The literal text that every match of an expression must hold, found by a reading that gives up at anything unusual:
/// alternatives, options, verbs and escapes by number. What is inside of groups may be optional and does not count.
class LiteralFinder
{
public:
    explicit LiteralFinder(std::string_view expression) : m_rest(expression) {}

    /// The longest literal; `whole`: the expression is nothing else.
    std::string find(bool& whole)
    {
        whole = true;
        int depth = 0;
        while (!m_rest.empty()) {
            const char c = m_rest.front();
            m_rest.remove_prefix(1);
            switch (c) {
            case '|':
                return giveUp(whole);
            case '(':
                if (m_rest.starts_with('?') || m_rest.starts_with('*'))
                    return giveUp(whole);
                ++depth;
                end(whole);
                break;
            case ')':
                --depth;
                end(whole);
                break;
            case '[':
                if (!skipClass())
                    return giveUp(whole);
                end(whole);
                break;
            case '.':
            case '^':
            case '$':
                end(whole);
                break;
            case '*':
            case '?':
            case '{':
                dropLast();
                end(whole);
                if (c == '{')
                    m_rest.remove_prefix(std::min(m_rest.size(), m_rest.find('}') + 1));
                break;
            case '+':
                end(whole);
                break;
            case '\\':
                if (m_rest.empty())
                    return giveUp(whole);
                if (!isAlphanumeric(m_rest.front())) {
                    put(depth, m_rest.front());
                } else if (std::string_view("dDwWsSbBAzZntr").find(m_rest.front()) != std::string_view::npos) {
                    end(whole);
                } else {
                    return giveUp(whole);
                }
                m_rest.remove_prefix(1);
                break;
            default:
                put(depth, c);
            }
        }
        keepLongest();
        return m_best;
    }

private:
    static std::string giveUp(bool& whole)
    {
        whole = false;
        return {};
    }

    void put(int depth, char c)
    {
        if (depth == 0)
            m_current += c;
    }

    void end(bool& whole)
    {
        whole = false;
        keepLongest();
    }

    void keepLongest()
    {
        if (m_current.size() > m_best.size())
            m_best = m_current;
        m_current.clear();
    }

    /// The last character, all bytes of it, is optional.
    void dropLast()
    {
        while (!m_current.empty() && isTail(m_current.back()))
            m_current.pop_back();
        if (!m_current.empty())
            m_current.pop_back();
    }

    bool skipClass()
    {
        if (m_rest.starts_with('^'))
            m_rest.remove_prefix(1);
        if (m_rest.starts_with(']'))
            m_rest.remove_prefix(1);
        while (!m_rest.empty()) {
            const char c = m_rest.front();
            m_rest.remove_prefix(1);
            if (c == ']')
                return true;
            if (c == '\\' && !m_rest.empty()) {
                if (m_rest.front() == 'Q')
                    return false;
                m_rest.remove_prefix(1);
            }
            if (c == '[' && m_rest.starts_with(':'))
                m_rest.remove_prefix(std::min(m_rest.size(), m_rest.find(":]") + 2));
        }
        return false;
    }

    std::string_view m_rest;
    std::string m_current;
    std::string m_best;
};

} // namespace

Result<LogPattern> LogPattern::compile(const std::string& expression, Case sensitivity)
{
    LogPattern out;
    QRegularExpression::PatternOptions options = QRegularExpression::DontCaptureOption;
    if (sensitivity == Case::Insensitive)
        options |= QRegularExpression::CaseInsensitiveOption;
    out.m_expression = QRegularExpression(QString::fromStdString(expression), options);
    if (!out.m_expression.isValid()) {
        Error error{ErrorKind::InvalidDefinition,
                    "the expression is wrong: " + out.m_expression.errorString().toStdString()};
        error.column = static_cast<int>(out.m_expression.patternErrorOffset()) + 1;
        return fail(std::move(error));
    }
    out.m_expression.optimize();
    // U+FFFD also matches bytes that are not UTF-8, so it is no literal.
    if (expression.find("\xEF\xBF\xBD") != std::string::npos)
        return out;
    if (sensitivity == Case::Sensitive) {
        out.m_literal = LiteralFinder(expression).find(out.m_isLiteral);
    } else if (isAscii(expression)) {
        out.m_folded = true;
        out.m_literal = LiteralFinder(expression).find(out.m_isLiteral);
        std::transform(out.m_literal.begin(), out.m_literal.end(), out.m_literal.begin(), toSmall);
        out.m_kelvin = out.m_literal.find_first_of("ks") != std::string::npos;
    }
    return out;
}

bool LogPattern::matches(std::string_view text) const
{
    if (m_folded && !m_literal.empty()) {
        if (!holdsFolded(text, m_literal)) {
            if (!m_kelvin || isAscii(text))
                return false;
        } else if (m_isLiteral) {
            return true;
        }
    } else if (!m_literal.empty()) {
        if (::memmem(text.data(), text.size(), m_literal.data(), m_literal.size()) == nullptr)
            return false;
        if (m_isLiteral)
            return true;
    }
    return m_expression.match(QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()))).hasMatch();
}

} // namespace turnspit
