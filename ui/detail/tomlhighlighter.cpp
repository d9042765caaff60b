#include <ui/detail/tomlhighlighter.h>

#include <ui/theme/tones.h>

#include <QRegularExpression>

namespace turnspit {
namespace {

/// What a block that ends inside a multi-line string is marked with: its quote.
enum Inside { Nothing = -1, Basic = 1, Literal = 2 };

} // namespace

TomlHighlighter::TomlHighlighter(QTextDocument* document) : QSyntaxHighlighter(document)
{
    m_table.setFontWeight(QFont::Bold);
    m_comment.setFontItalic(true);
}

void TomlHighlighter::setPalette(const QPalette& palette)
{
    m_comment.setForeground(palette.color(QPalette::PlaceholderText));
    m_key.setForeground(tones::ofText(ServiceState::Waiting, palette));
    m_string.setForeground(tones::ofText(ServiceState::Completed, palette));
    m_literal.setForeground(tones::ofText(ServiceState::BackingOff, palette));
    rehighlight();
}

void TomlHighlighter::highlightBlock(const QString& text)
{
    static const QRegularExpression table(QStringLiteral("^\\s*\\[.*\\]\\s*(?=#|$)"));
    static const QRegularExpression key(QStringLiteral("[A-Za-z0-9_.\"'-]+(?=\\s*=)"));
    static const QRegularExpression literal(QStringLiteral("[0-9A-Za-z_+:.-]+"));

    qsizetype at = 0;
    setCurrentBlockState(Nothing);
    const auto untilQuote = [&](qsizetype begin, QLatin1String quote, int inside) {
        const qsizetype end = text.indexOf(quote, at);
        const qsizetype behind = end < 0 ? text.size() : end + quote.size();
        setFormat(static_cast<int>(begin), static_cast<int>(behind - begin), m_string);
        setCurrentBlockState(end < 0 ? inside : int(Nothing));
        at = behind;
    };
    if (previousBlockState() == Basic)
        untilQuote(0, QLatin1String("\"\"\""), Basic);
    else if (previousBlockState() == Literal)
        untilQuote(0, QLatin1String("'''"), Literal);
    else if (const auto match = table.match(text); match.hasMatch()) {
        setFormat(0, static_cast<int>(match.capturedLength()), m_table);
        at = match.capturedEnd();
    }
    while (at < text.size()) {
        const QChar c = text[at];
        const qsizetype begin = at;
        if (c == u'#') {
            setFormat(static_cast<int>(at), static_cast<int>(text.size() - at), m_comment);
            return;
        }
        if (const auto match = key.match(text, at, QRegularExpression::NormalMatch, QRegularExpression::AnchorAtOffsetMatchOption); match.hasMatch()) {
            setFormat(static_cast<int>(at), static_cast<int>(match.capturedLength()), m_key);
            at = match.capturedEnd();
        } else if (text.mid(at, 3) == QLatin1String("\"\"\"")) {
            at += 3;
            untilQuote(begin, QLatin1String("\"\"\""), Basic);
        } else if (text.mid(at, 3) == QLatin1String("'''")) {
            at += 3;
            untilQuote(begin, QLatin1String("'''"), Literal);
        } else if (c == u'"' || c == u'\'') {
            for (++at; at < text.size() && text[at] != c; ++at)
                at += c == u'"' && text[at] == u'\\' ? 1 : 0;
            at = std::min(at + 1, text.size());
            setFormat(static_cast<int>(begin), static_cast<int>(at - begin), m_string);
        } else if (const auto word = literal.match(text, at, QRegularExpression::NormalMatch, QRegularExpression::AnchorAtOffsetMatchOption); word.hasMatch()) {
            setFormat(static_cast<int>(at), static_cast<int>(word.capturedLength()), m_literal);
            at = word.capturedEnd();
        } else {
            ++at;
        }
    }
}

} // namespace turnspit
