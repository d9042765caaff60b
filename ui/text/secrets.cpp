#include <ui/text/secrets.h>

#include <QRegularExpression>
#include <QStringList>

namespace turnspit::secrets {
namespace {

const QString environment = QStringLiteral("environment");

/// A bare or quoted key without its quotes.
QString unquoted(QString key)
{
    key = key.trimmed();
    if (key.size() >= 2 && (key.startsWith(u'"') || key.startsWith(u'\'')))
        return key.mid(1, key.size() - 2);
    return key;
}

/// The length of the value that `text` begins with; -1 where it goes on behind its end. `closing` is then what ends it.
qsizetype valueLength(QStringView text, QString& closing)
{
    for (const QLatin1StringView quote : {QLatin1StringView("\"\"\""), QLatin1StringView("'''")}) {
        if (!text.startsWith(quote))
            continue;
        const qsizetype end = text.indexOf(quote, quote.size());
        closing = quote;
        return end < 0 ? -1 : end + quote.size();
    }
    if (text.startsWith(u'"') || text.startsWith(u'\'')) {
        const QChar quote = text.front();
        qsizetype at = 1;
        while (at < text.size() && text[at] != quote)
            at += quote == u'"' && text[at] == u'\\' ? 2 : 1;
        return std::min(at + 1, text.size());
    }
    qsizetype at = 0;
    while (at < text.size() && text[at] != u',' && text[at] != u'}' && text[at] != u'#')
        ++at;
    return text.left(at).trimmed().size();
}

/// Masks the secrets among `NAME = value` of one line from `at` on; true where a value goes on in the lines after it.
bool maskPairs(QString& line, qsizetype at, QString& closing)
{
    static const QRegularExpression pair(QStringLiteral("(\"[^\"]*\"|'[^']*'|[A-Za-z0-9_-]+)\\s*=\\s*"));
    for (;;) {
        const auto match = pair.match(line, at);
        if (!match.hasMatch())
            return false;
        const qsizetype begin = match.capturedEnd();
        const qsizetype length = valueLength(QStringView(line).mid(begin), closing);
        if (isSecret(unquoted(match.captured(1)))) {
            const QString shown = u'"' + dots() + u'"';
            line.replace(begin, length < 0 ? line.size() - begin : length, shown);
            if (length < 0)
                return true;
            at = begin + shown.size();
        } else if (length < 0) {
            return false;
        } else {
            at = begin + length;
        }
        // Behind the value the next pair begins, or a comment, which may quote anything.
        const qsizetype comma = line.indexOf(u',', at);
        const qsizetype comment = line.indexOf(u'#', at);
        if (comma < 0 || (comment >= 0 && comment < comma))
            return false;
        at = comma + 1;
    }
}

} // namespace

bool isSecret(const QString& variable)
{
    static const QRegularExpression secret(QStringLiteral("PASS|PWD$|SECRET|TOKEN|KEY$|_KEY_|CREDENTIAL|AUTH|PRIVATE|DSN$|COOKIE"),
                                           QRegularExpression::CaseInsensitiveOption);
    return secret.match(variable).hasMatch();
}

QString dots()
{
    return QStringLiteral("••••••");
}

QString masked(const QString& text)
{
    static const QRegularExpression table(QStringLiteral("^\\s*\\[\\[?\\s*(.*?)\\s*\\]"));
    static const QRegularExpression own(QStringLiteral("^\\s*(environment|\"environment\"|'environment')\\s*([.=])"));
    QStringList out;
    QString closing; ///< a masked value ends here
    bool inside = false;
    bool goesOn = false;
    const QStringList lines = text.split(u'\n');
    for (QString line : lines) {
        if (goesOn) {
            const qsizetype end = line.indexOf(closing);
            goesOn = end < 0;
            if (goesOn)
                continue;
            out.last() += line.mid(end + closing.size());
            continue;
        }
        if (const auto match = table.match(line); match.hasMatch()) {
            inside = unquoted(match.captured(1)) == environment;
        } else if (inside && !line.trimmed().startsWith(u'#')) {
            goesOn = maskPairs(line, 0, closing);
        } else if (const auto key = own.match(line); key.hasMatch()) {
            goesOn = maskPairs(line, key.capturedEnd(), closing);
        }
        out += line;
    }
    return out.join(u'\n');
}

QString maskedChange(const QString& line)
{
    const QString prefix = environment + u'.';
    const qsizetype colon = line.indexOf(u':');
    if (!line.startsWith(prefix) || colon < 0 || !isSecret(line.mid(prefix.size(), colon - prefix.size())))
        return line;
    return line.left(colon) + QStringLiteral(": ") + dots();
}

} // namespace turnspit::secrets
