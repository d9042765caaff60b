#include <ui/logs/logtext.h>

namespace turnspit {
namespace {

constexpr char16_t escape = 0x1b;
constexpr char16_t bell = 0x07;

/// The first character behind the control sequence that begins at `at`.
qsizetype behindSequence(const QString& text, qsizetype at)
{
    if (++at >= text.size())
        return at;
    const char16_t kind = text[at++].unicode();
    if (kind == u'[') { // CSI: parameters, then one final byte
        while (at < text.size() && (text[at] < u'@' || text[at] > u'~'))
            ++at;
        return at + 1;
    }
    if (kind == u']' || kind == u'P' || kind == u'^' || kind == u'_') { // OSC and its like: up to BEL or ESC backslash
        for (; at < text.size(); ++at) {
            if (text[at] == bell)
                return at + 1;
            if (text[at] == escape)
                return at + 2;
        }
        return at;
    }
    while (kind >= u' ' && kind <= u'/' && at < text.size() && text[at] >= u' ' && text[at] <= u'/')
        ++at;
    return kind >= u' ' && kind <= u'/' ? at + 1 : at;
}

} // namespace

QString logText(QByteArrayView bytes)
{
    QString text = QString::fromUtf8(bytes);
    const bool plain = std::none_of(text.cbegin(), text.cend(), [](QChar c) { return c < u' ' || c == u'\x7f'; });
    if (plain)
        return text;

    QString out;
    out.reserve(text.size());
    for (qsizetype at = 0; at < text.size();) {
        const QChar c = text[at];
        if (c == escape) {
            at = behindSequence(text, at);
            continue;
        }
        ++at;
        if (c == u'\t') {
            out.resize((out.size() / 8 + 1) * 8, u' ');
        } else if (c == u'\r') {
            if (at < text.size()) // at the end it is part of the line's end
                out.clear();
        } else if (c >= u' ' && c != u'\x7f') {
            out += c;
        }
    }
    return out;
}

} // namespace turnspit
