#include <ui/logs/logtext.h>

#include <QTextBoundaryFinder>

#include <algorithm>

namespace turnspit {
namespace {

constexpr char16_t escape = 0x1b;
constexpr char16_t bell = 0x07;

/// The first character behind the control sequence that begins at `at`.
qsizetype behindSequence(const QString& text, qsizetype at)
{
    if (++at >= text.size() || text[at] < u' ' || text[at] >= QChar(0x7f))
        return at; // an escape alone
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
    const auto isIntermediate = [](QChar c) { return c >= u' ' && c <= u'/'; };
    if (!isIntermediate(QChar(kind)))
        return at;
    while (at < text.size() && isIntermediate(text[at]))
        ++at;
    return at + 1;
}

/// One of the 256: the terminal's own 16, a cube of 6 x 6 x 6, greys.
AnsiColor ofTable(int index)
{
    if (index < 16)
        return {AnsiColor::Kind::Named, static_cast<QRgb>(index)};
    if (index >= 232) {
        const int grey = 8 + 10 * (index - 232);
        return {AnsiColor::Kind::Exact, qRgb(grey, grey, grey)};
    }
    const auto level = [](int step) { return step == 0 ? 0 : 55 + 40 * step; };
    index -= 16;
    return {AnsiColor::Kind::Exact, qRgb(level(index / 36), level(index / 6 % 6), level(index % 6))};
}

/// What `38` or `48` says with the parameters behind it: `5;n` or `2;r;g;b`. `at` is on the last one used afterwards.
std::optional<AnsiColor> extendedColor(const QList<int>& parameters, qsizetype& at)
{
    const auto value = [&](qsizetype offset) {
        return at + offset < parameters.size() ? std::clamp(parameters.at(at + offset), 0, 255) : 0;
    };
    const int form = value(1);
    if (form == 5 && at + 2 < parameters.size()) {
        const AnsiColor color = ofTable(value(2));
        at += 2;
        return color;
    }
    if (form == 2 && at + 4 < parameters.size()) {
        const AnsiColor color{AnsiColor::Kind::Exact, qRgb(value(2), value(3), value(4))};
        at += 4;
        return color;
    }
    at = parameters.size();
    return std::nullopt;
}

/// Select Graphic Rendition: the numbers between `ESC [` and `m`.
void applySgr(QStringView numbers, AnsiStyle& style)
{
    if (!numbers.isEmpty() && numbers.front() >= u'<' && numbers.front() <= u'?')
        return; // a private sequence that ends with the same letter
    QList<int> parameters;
    for (const QStringView part : numbers.split(u';')) {
        // `38:2::r:g:b`, the form with colons, has an empty colour space.
        const auto pieces = part.split(u':');
        const bool hasSpace = pieces.size() == 6 && pieces.at(1) == u"2";
        for (qsizetype i = 0; i < pieces.size(); ++i) {
            if (!(hasSpace && i == 2))
                parameters.append(pieces.at(i).toInt());
        }
    }
    for (qsizetype at = 0; at < parameters.size(); ++at) {
        const int code = parameters.at(at);
        const auto named = [code](int first, int offset) {
            return AnsiColor{AnsiColor::Kind::Named, static_cast<QRgb>(code - first + offset)};
        };
        switch (code) {
        case 0: style = {}; break;
        case 1: style.bold = true; break;
        case 4: style.underline = true; break;
        case 7: style.inverse = true; break;
        case 22: style.bold = false; break;
        case 24: style.underline = false; break;
        case 27: style.inverse = false; break;
        case 38: style.text = extendedColor(parameters, at).value_or(style.text); break;
        case 39: style.text = {}; break;
        case 48: style.background = extendedColor(parameters, at).value_or(style.background); break;
        case 49: style.background = {}; break;
        default:
            if (code >= 30 && code <= 37)
                style.text = named(30, 0);
            else if (code >= 90 && code <= 97)
                style.text = named(90, 8);
            else if (code >= 40 && code <= 47)
                style.background = named(40, 0);
            else if (code >= 100 && code <= 107)
                style.background = named(100, 8);
        }
    }
}

/// Two cells, as terminals show it: East Asian wide characters and emoji.
bool isWide(char32_t c)
{
    return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0x303e) || (c >= 0x3041 && c <= 0xa4cf) || (c >= 0xac00 && c <= 0xd7a3)
        || (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) || (c >= 0xffe0 && c <= 0xffe6)
        || (c >= 0x1f300 && c <= 0x1f64f) || (c >= 0x1f680 && c <= 0x1f6ff) || (c >= 0x1f900 && c <= 0x1f9ff) || (c >= 0x20000 && c <= 0x3fffd);
}

/// Each cluster of characters begins a cell; all of its QChars are there.
QList<int> cellsOf(const QString& text)
{
    const bool simple = std::all_of(text.cbegin(), text.cend(), [](QChar c) { return c < QChar(0x300); });
    if (simple)
        return {};
    QList<int> cells;
    cells.reserve(text.size() + 1);
    QTextBoundaryFinder finder(QTextBoundaryFinder::Grapheme, text);
    int cell = 0;
    for (qsizetype at = 0; at < text.size();) {
        const qsizetype next = finder.toNextBoundary();
        const qsizetype end = next > at ? next : text.size();
        const char32_t c = text[at].isHighSurrogate() && at + 1 < text.size() ? QChar::surrogateToUcs4(text[at], text[at + 1])
                                                                              : text[at].unicode();
        for (; at < end; ++at)
            cells.append(cell);
        cell += isWide(c) ? 2 : 1;
    }
    cells.append(cell);
    return cells;
}

} // namespace

qsizetype LogText::indexAt(int cell) const
{
    if (cells.isEmpty())
        return std::clamp<qsizetype>(cell, 0, text.size());
    return std::min<qsizetype>(std::lower_bound(cells.begin(), cells.end(), cell) - cells.begin(), text.size());
}

LogText logText(QByteArrayView bytes)
{
    LogText out;
    const QString text = QString::fromUtf8(bytes);
    if (std::none_of(text.cbegin(), text.cend(), [](QChar c) { return c < u' ' || c == u'\x7f'; })) {
        out.text = text;
        out.cells = cellsOf(out.text);
        return out;
    }

    out.text.reserve(text.size());
    AnsiStyle style;
    bool overwrite = false; // a carriage return came: what is written next takes the place of all before
    const auto write = [&] {
        if (overwrite) {
            out.text.clear();
            out.styles.clear();
        }
        overwrite = false;
        if (out.styles.isEmpty() ? style != AnsiStyle{} : out.styles.last().style != style)
            out.styles.append({out.text.size(), style});
    };
    for (qsizetype at = 0; at < text.size();) {
        const QChar c = text[at];
        if (c == escape) {
            const qsizetype end = std::min(behindSequence(text, at), text.size());
            if (end - at >= 3 && text[at + 1] == u'[' && text[end - 1] == u'm')
                applySgr(QStringView(text).mid(at + 2, end - at - 3), style);
            at = end;
            continue;
        }
        ++at;
        if (c == u'\t') {
            write();
            out.text.resize((out.text.size() / 8 + 1) * 8, u' ');
        } else if (c == u'\r') {
            overwrite = true;
        } else if (c >= u' ' && c != u'\x7f') {
            write();
            out.text += c;
        }
    }
    out.cells = cellsOf(out.text);
    return out;
}

} // namespace turnspit
