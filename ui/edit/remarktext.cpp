#include <ui/edit/remarktext.h>

#include <QAction>
#include <QCoreApplication>
#include <QLineEdit>
#include <QRegularExpression>
#include <QStyle>

namespace turnspit {
namespace {

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(turnspit::RemarkText)
};

constexpr int maxName = 64;

/// Programs that run another one, which says more about the service.
bool isRunner(const QString& program)
{
    static const QStringList runners{
        QStringLiteral("node"),   QStringLiteral("python"), QStringLiteral("python3"), QStringLiteral("ruby"), QStringLiteral("perl"),
        QStringLiteral("php"),    QStringLiteral("bash"),   QStringLiteral("sh"),      QStringLiteral("env"),  QStringLiteral("nice"),
        QStringLiteral("java"),   QStringLiteral("deno"),   QStringLiteral("bun"),     QStringLiteral("npx"),  QStringLiteral("exec"),
        QStringLiteral("ionice"), QStringLiteral("sudo"),   QStringLiteral("npm"),     QStringLiteral("run"),  QStringLiteral("uv")};
    return runners.contains(program);
}

QString baseName(const QString& word)
{
    static const QRegularExpression ending(QStringLiteral("\\.(js|mjs|ts|py|sh|rb|pl|php|jar|bin|exe)$"));
    return word.section(QLatin1Char('/'), -1).remove(ending);
}

} // namespace

QString quotedToml(const QString& text)
{
    QString out(QLatin1Char('"'));
    for (const QChar c : text) {
        switch (c.unicode()) {
        case u'"':
            out += QStringLiteral("\\\"");
            break;
        case u'\\':
            out += QStringLiteral("\\\\");
            break;
        case u'\n':
            out += QStringLiteral("\\n");
            break;
        case u'\r':
            out += QStringLiteral("\\r");
            break;
        case u'\t':
            out += QStringLiteral("\\t");
            break;
        default:
            if (c < u' ' || c == u'\x7f')
                out += QStringLiteral("\\u%1").arg(c.unicode(), 4, 16, QLatin1Char('0'));
            else
                out += c;
        }
    }
    return out + QLatin1Char('"');
}

QString remarkText(const Remark& remark)
{
    QString text = remark.message;
    const QString key = QStringLiteral("`%1`").arg(remark.key);
    if (!remark.key.isEmpty() && text.startsWith(key))
        text = text.mid(key.size()).trimmed();
    if (text.startsWith(QLatin1StringView("= "))) // the value, which the field shows
        text.remove(0, text.indexOf(QLatin1StringView("\": ")) + 3);
    while (text.startsWith(QLatin1Char(':')) || text.startsWith(QLatin1Char(' ')))
        text.remove(0, 1);
    static const QRegularExpression range(QStringLiteral("\\b(\\d+)-(\\d+)\\b"));
    if (remark.key == QLatin1StringView("schedule.cron") && remark.isError)
        text.replace(range, QStringLiteral("\\1–\\2"));
    if (!text.isEmpty())
        text[0] = text[0].toUpper();
    return text;
}

QString fixText(const Remark& remark)
{
    if (!remark.fix)
        return {};
    if (remark.fix->key == QLatin1StringView("shell"))
        return Texts::tr("Use a shell");
    return Texts::tr("Set %1 to %2", "a key of a service file, its value").arg(remark.fix->key, remark.fix->value);
}

void markField(QLineEdit& field, const QString& problem)
{
    const QString name = QStringLiteral("mark");
    auto* mark = field.findChild<QAction*>(name, Qt::FindDirectChildrenOnly);
    field.setProperty("invalid", !problem.isEmpty());
    if (problem.isEmpty()) {
        delete mark;
        return;
    }
    if (!mark) {
        mark = field.addAction(field.style()->standardIcon(QStyle::SP_MessageBoxCritical, nullptr, &field), QLineEdit::TrailingPosition);
        mark->setObjectName(name);
    }
    mark->setToolTip(problem);
}

QString suggestName(const QString& commandLine, const QStringList& taken)
{
    static const QRegularExpression space(QStringLiteral("\\s+"));
    static const QRegularExpression strange(QStringLiteral("[^A-Za-z0-9._-]+"));
    static const QRegularExpression begin(QStringLiteral("^[^A-Za-z0-9]+"));
    QString name;
    const QStringList words = commandLine.trimmed().split(space, Qt::SkipEmptyParts);
    for (const QString& word : words) {
        if (word.startsWith(QLatin1Char('-')) || (word.contains(QLatin1Char('=')) && !name.isEmpty()))
            continue;
        QString candidate = baseName(word);
        candidate.replace(strange, QStringLiteral("-")).remove(begin);
        while (candidate.endsWith(QLatin1Char('-')) || candidate.endsWith(QLatin1Char('.')))
            candidate.chop(1);
        if (candidate.isEmpty())
            continue;
        name = candidate;
        if (!isRunner(candidate))
            break;
    }
    return name.isEmpty() ? QString() : freeName(name.left(maxName), taken);
}

QString freeName(const QString& name, const QStringList& taken)
{
    QString free = name;
    for (int n = 2; taken.contains(free); ++n) {
        const QString number = QStringLiteral("-%1").arg(n);
        free = name.left(maxName - number.size()) + number;
    }
    return free;
}

} // namespace turnspit
