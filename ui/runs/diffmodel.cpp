#include <ui/runs/diffmodel.h>

#include <ui/theme/tones.h>

#include <QBrush>
#include <QGuiApplication>
#include <QPalette>

namespace turnspit {
namespace {

using Kind = DiffRow::Kind;

QString mark(Kind kind)
{
    switch (kind) {
    case Kind::Changed:
        return QStringLiteral("≠");
    case Kind::OnlyLeft:
        return QStringLiteral("−");
    case Kind::OnlyRight:
        return QStringLiteral("+");
    case Kind::Same:
    case Kind::Skipped:
        break;
    }
    return {};
}

} // namespace

DiffModel::DiffModel(QString left, QString right, QObject* parent)
    : QAbstractTableModel(parent), m_leftName(std::move(left)), m_rightName(std::move(right))
{
}

void DiffModel::setLines(const QStringList& left, const QStringList& right)
{
    beginResetModel(); // other lines altogether
    m_left = left;
    m_right = right;
    m_rows.clear();
    endResetModel();
}

void DiffModel::setRows(const QList<DiffRow>& rows)
{
    beginResetModel(); // another comparison
    m_rows = rows;
    endResetModel();
}

bool DiffModel::differs(int row) const
{
    const Kind kind = m_rows[row].kind;
    return kind != Kind::Same && kind != Kind::Skipped;
}

bool DiffModel::beginsDifference(int row) const
{
    return differs(row) && (row == 0 || !differs(row - 1));
}

int DiffModel::differenceAfter(int row) const
{
    for (int at = row + 1; at < m_rows.size(); ++at) {
        if (beginsDifference(at))
            return at;
    }
    return -1;
}

int DiffModel::differenceBefore(int row) const
{
    for (int at = row - 1; at >= 0; --at) {
        if (beginsDifference(at))
            return at;
    }
    return -1;
}

void DiffModel::paletteChanged()
{
    if (!m_rows.isEmpty())
        Q_EMIT dataChanged(index(0, 0), index(static_cast<int>(m_rows.size()) - 1, ColumnCount - 1), {Qt::BackgroundRole});
}

int DiffModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int DiffModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString DiffModel::text(const DiffRow& row, int column) const
{
    if (row.kind == Kind::Skipped)
        return column == MarkColumn ? QString() : tr("… %Ln line(s) alike", nullptr, row.skipped);
    switch (column) {
    case MarkColumn:
        return mark(row.kind);
    case LeftColumn:
        return row.left < 0 ? QString() : m_left[row.left];
    default:
        return row.right < 0 ? QString() : m_right[row.right];
    }
}

QString DiffModel::spoken(const DiffRow& row) const
{
    switch (row.kind) {
    case Kind::Same:
        return tr("the same: %1", "a line").arg(m_left[row.left]);
    case Kind::Changed:
        return tr("%1: %2; %3: %4", "a run, its line, another run, its line").arg(m_leftName, m_left[row.left], m_rightName, m_right[row.right]);
    case Kind::OnlyLeft:
        return tr("only %1: %2", "a run, a line").arg(m_leftName, m_left[row.left]);
    case Kind::OnlyRight:
        return tr("only %1: %2", "a run, a line").arg(m_rightName, m_right[row.right]);
    case Kind::Skipped:
        break;
    }
    return text(row, LeftColumn);
}

QVariant DiffModel::background(const DiffRow& row, int column) const
{
    const QPalette palette = QGuiApplication::palette();
    const auto tint = [&](ServiceState state) {
        QColor color = tones::ofState(state, palette);
        color.setAlpha(tones::isDark(palette) ? 56 : 36);
        return QBrush(color);
    };
    const bool left = column == LeftColumn && (row.kind == Kind::Changed || row.kind == Kind::OnlyLeft);
    const bool right = column == RightColumn && (row.kind == Kind::Changed || row.kind == Kind::OnlyRight);
    return left ? QVariant(tint(ServiceState::Waiting)) : right ? QVariant(tint(ServiceState::BackingOff)) : QVariant();
}

QVariant DiffModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= m_rows.size())
        return {};
    const DiffRow& row = m_rows[index.row()];
    switch (role) {
    case Qt::DisplayRole:
        return text(row, index.column());
    case Qt::ToolTipRole:
        return index.column() == MarkColumn ? QVariant() : QVariant(text(row, index.column()));
    case Qt::AccessibleTextRole:
        return index.column() == MarkColumn ? spoken(row) : text(row, index.column());
    case Qt::BackgroundRole:
        return background(row, index.column());
    case Qt::ForegroundRole:
        return row.kind == Kind::Skipped ? QVariant(QGuiApplication::palette().brush(QPalette::PlaceholderText)) : QVariant();
    case Qt::TextAlignmentRole:
        return index.column() == MarkColumn ? QVariant(Qt::AlignCenter) : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    default:
        return {};
    }
}

QVariant DiffModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || (role != Qt::DisplayRole && role != Qt::ToolTipRole))
        return {};
    return section == LeftColumn ? m_leftName : section == RightColumn ? m_rightName : QString();
}

} // namespace turnspit
