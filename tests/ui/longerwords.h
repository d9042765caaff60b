#pragma once

#include <QTranslator>

namespace turnspit::test {

/// A language in which everything is said in at least 40 % more letters, between brackets, with accents: what was not translated has
/// no brackets, and what has no room for other languages is cut. Keeps what is not for the eye: places of arguments, keys to press,
/// patterns of files.
class LongerWords final : public QTranslator
{
public:
    [[nodiscard]] bool isEmpty() const override { return false; }

    [[nodiscard]] QString translate(const char* context, const char* source, const char*, int) const override
    {
        // Names of keys are read back; the others are no words at all.
        for (const char* const kept : {"QShortcut", "QGuiApplication", "QApplication", "QLocale"}) {
            if (qstrcmp(context, kept) == 0)
                return {};
        }
        const QString text = QString::fromUtf8(source);
        if (text.trimmed().isEmpty())
            return {};
        const qsizetype pattern = text.indexOf(QLatin1String("(*"));
        const qsizetype end = pattern < 0 ? text.size() : pattern;
        return u'[' + text.left(end).trimmed() + longer(text.left(end)) + u']' + (pattern < 0 ? QString() : u' ' + text.mid(pattern));
    }

private:
    /// Breaks into lines where the text itself does.
    static QString longer(const QString& text)
    {
        static const QString words = QStringLiteral("ëxtrå wörds ïn å lõnger låñguage ");
        const qsizetype count = (text.size() * 2 + 4) / 5;
        QString more;
        while (more.size() < count)
            more += words;
        more = more.left(count);
        return text.trimmed().contains(u' ') ? u' ' + more : more.remove(u' ');
    }
};

} // namespace turnspit::test
