#include <ui/runs/linediff.h>

#include <QHash>

#include <algorithm>
#include <vector>

namespace turnspit {
namespace {

constexpr int mostEdits = 2000; // memory grows with its square

QString withoutFigures(const QString& line)
{
    QString out;
    out.reserve(line.size());
    for (const QChar c : line) {
        if (!c.isDigit())
            out += c;
        else if (!out.endsWith(u'0'))
            out += u'0'; // however many there were
    }
    return out;
}

/// Lines as numbers: equal ones have the same.
std::vector<int> numbered(const QStringList& lines, bool ignoreFigures, QHash<QString, int>& known)
{
    std::vector<int> numbers;
    numbers.reserve(static_cast<std::size_t>(lines.size()));
    for (const QString& line : lines) {
        const QString key = ignoreFigures ? withoutFigures(line) : line;
        const auto found = known.constFind(key);
        numbers.push_back(found != known.constEnd() ? *found : *known.insert(key, static_cast<int>(known.size())));
    }
    return numbers;
}

/// Which lines of both belong together, after Myers: "An O(ND) Difference Algorithm and Its Variations". Pairs rise on both sides.
std::vector<std::pair<int, int>> common(const std::vector<int>& a, const std::vector<int>& b)
{
    const auto n = static_cast<int>(a.size());
    const auto m = static_cast<int>(b.size());
    const int most = std::min(n + m, mostEdits);
    const auto at = [most](int diagonal) { return static_cast<std::size_t>(diagonal + most + 1); };
    std::vector<int> reach(static_cast<std::size_t>(2 * most + 3), 0);
    std::vector<std::vector<int>> trace;
    int edits = -1;
    for (int d = 0; d <= most && edits < 0; ++d) {
        trace.emplace_back(reach.begin() + static_cast<std::ptrdiff_t>(at(-d - 1)), reach.begin() + static_cast<std::ptrdiff_t>(at(d + 1)) + 1);
        for (int k = -d; k <= d; k += 2) {
            int x = k == -d || (k != d && reach[at(k - 1)] < reach[at(k + 1)]) ? reach[at(k + 1)] : reach[at(k - 1)] + 1;
            while (x < n && x - k < m && a[static_cast<std::size_t>(x)] == b[static_cast<std::size_t>(x - k)])
                ++x;
            reach[at(k)] = x;
            if (x >= n && x - k >= m) {
                edits = d;
                break;
            }
        }
    }
    std::vector<std::pair<int, int>> pairs;
    if (edits < 0)
        return pairs;
    int x = n;
    int y = m;
    for (int d = edits; d >= 0; --d) {
        const std::vector<int>& before = trace[static_cast<std::size_t>(d)];
        const auto reached = [&](int diagonal) { return before[static_cast<std::size_t>(diagonal + d + 1)]; };
        const int k = x - y;
        const int from = k == -d || (k != d && reached(k - 1) < reached(k + 1)) ? k + 1 : k - 1;
        const int fromX = d == 0 ? 0 : reached(from);
        const int fromY = d == 0 ? 0 : fromX - from;
        while (x > fromX && y > fromY) {
            --x;
            --y;
            pairs.emplace_back(x, y);
        }
        x = fromX;
        y = fromY;
    }
    std::reverse(pairs.begin(), pairs.end());
    return pairs;
}

} // namespace

QList<DiffRow> diffLines(const QStringList& left, const QStringList& right, bool ignoreFigures)
{
    using Kind = DiffRow::Kind;
    QHash<QString, int> known;
    std::vector<int> a = numbered(left, ignoreFigures, known);
    std::vector<int> b = numbered(right, ignoreFigures, known);
    // What they begin and end with alike is the most, and costs nothing.
    const auto head = static_cast<int>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
    const auto tail = static_cast<int>(std::mismatch(a.rbegin(), a.rend() - head, b.rbegin(), b.rend() - head).first - a.rbegin());
    a = {a.begin() + head, a.end() - tail};
    b = {b.begin() + head, b.end() - tail};

    QList<DiffRow> rows;
    int x = 0;
    int y = 0;
    const auto differ = [&](int untilX, int untilY) {
        for (; x < untilX && y < untilY; ++x, ++y)
            rows.append({Kind::Changed, head + x, head + y});
        for (; x < untilX; ++x)
            rows.append({Kind::OnlyLeft, head + x, -1});
        for (; y < untilY; ++y)
            rows.append({Kind::OnlyRight, -1, head + y});
    };
    for (int i = 0; i < head; ++i)
        rows.append({Kind::Same, i, i});
    for (const auto& [inLeft, inRight] : common(a, b)) {
        differ(inLeft, inRight);
        rows.append({Kind::Same, head + x++, head + y++});
    }
    differ(static_cast<int>(a.size()), static_cast<int>(b.size()));
    for (int i = 0; i < tail; ++i)
        rows.append({Kind::Same, static_cast<int>(left.size()) - tail + i, static_cast<int>(right.size()) - tail + i});
    return rows;
}

QList<DiffRow> onlyDifferences(const QList<DiffRow>& rows, int context)
{
    QList<DiffRow> out;
    const auto isSame = [&](qsizetype at) { return rows[at].kind == DiffRow::Kind::Same; };
    for (qsizetype at = 0; at < rows.size();) {
        if (!isSame(at)) {
            out.append(rows[at++]);
            continue;
        }
        qsizetype end = at;
        while (end < rows.size() && isSame(end))
            ++end;
        const qsizetype keepBefore = at == 0 ? 0 : context;        // behind the difference before it
        const qsizetype keepAfter = end == rows.size() ? 0 : context;
        const qsizetype gone = end - at - keepBefore - keepAfter;
        if (gone <= 1) { // a row that says so would be as high
            out += rows.mid(at, end - at);
        } else {
            out += rows.mid(at, keepBefore);
            out.append({DiffRow::Kind::Skipped, -1, -1, static_cast<int>(gone)});
            out += rows.mid(end - keepAfter, keepAfter);
        }
        at = end;
    }
    return out;
}

} // namespace turnspit
