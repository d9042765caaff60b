#include <ui/runs/runmodel.h>

#include <turnspit/base/clock.h>
#include <ui/runs/outcomes.h>
#include <ui/runs/runwords.h>
#include <ui/text/words.h>

#include <algorithm>

namespace turnspit {
namespace {

bool newerFirst(const RunInfo& a, const RunInfo& b)
{
    return a.id > b.id;
}

bool isNumber(int column)
{
    return column == RunModel::TookColumn || column == RunModel::MemoryColumn
           || column == RunModel::CpuColumn || column == RunModel::LinesColumn;
}

} // namespace

void RunModel::clear()
{
    beginResetModel();
    m_runs.clear();
    m_more = false;
    m_loading = false;
    endResetModel();
}

int RunModel::rowOf(RunId id) const
{
    const auto place = std::lower_bound(m_runs.begin(), m_runs.end(), id, [](const RunInfo& run, RunId wanted) { return run.id > wanted; });
    return place != m_runs.end() && place->id == id ? static_cast<int>(place - m_runs.begin()) : -1;
}

void RunModel::merge(QList<RunInfo> runs)
{
    std::sort(runs.begin(), runs.end(), newerFirst);
    QList<RunInfo> added;
    for (RunInfo& run : runs) {
        const int row = rowOf(run.id);
        if (row < 0) {
            added.append(std::move(run));
        } else if (m_runs[row] != run) {
            m_runs[row] = std::move(run);
            Q_EMIT dataChanged(index(row, 0), index(row, ColumnCount - 1));
        }
    }
    for (qsizetype i = 0; i < added.size();) {
        // All that belong in front of the same row come in one span.
        const qsizetype row = std::lower_bound(m_runs.begin(), m_runs.end(), added[i], newerFirst) - m_runs.begin();
        qsizetype end = i + 1;
        while (end < added.size() && (row == m_runs.size() || newerFirst(added[end], m_runs[row])))
            ++end;
        beginInsertRows({}, static_cast<int>(row), static_cast<int>(row + end - i - 1));
        for (qsizetype at = row; i < end; ++i, ++at)
            m_runs.insert(at, added[i]);
        endInsertRows();
    }
}

void RunModel::append(const QList<RunInfo>& runs, bool more)
{
    m_loading = false;
    m_more = more;
    merge(runs);
}

void RunModel::tick()
{
    for (int row = 0; row < m_runs.size(); ++row) {
        if (!m_runs[row].end)
            Q_EMIT dataChanged(index(row, TookColumn), index(row, TookColumn), {Qt::DisplayRole});
    }
}

int RunModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_runs.size());
}

int RunModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

void RunModel::wantMore()
{
    if (!m_more || m_loading)
        return;
    m_loading = true;
    Q_EMIT pageWanted();
}

QVariant RunModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const RunInfo& run = m_runs[index.row()];
    switch (role) {
    case Qt::DisplayRole:
        return display(run, index.column());
    case Qt::DecorationRole:
        return index.column() == ResultColumn ? QVariant::fromValue(outcomes::icon(run)) : QVariant();
    case Qt::ToolTipRole:
        return toolTip(run, index.column());
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::Alignment((isNumber(index.column()) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter));
    case Qt::AccessibleTextRole:
        return index.column() == NumberColumn ? QVariant(runwords::sentence(run, Clock::current().wallNow())) : QVariant();
    default:
        return {};
    }
}

QString RunModel::display(const RunInfo& run, int column)
{
    switch (column) {
    case NumberColumn:
        return QString::number(run.id.value);
    case StartedColumn:
        return runwords::started(run.begin, Clock::current().wallNow());
    case TookColumn:
        return runwords::took(run, Clock::current().wallNow());
    case ResultColumn:
        return runwords::result(run);
    case TriggerColumn:
        return run.attempt > 1 ? tr("%1, attempt %2", "who began a run, a number").arg(runwords::trigger(run.trigger)).arg(run.attempt)
                               : runwords::trigger(run.trigger);
    case MemoryColumn:
        return runwords::peakMemory(run);
    case CpuColumn:
        return runwords::cpu(run);
    case LinesColumn:
        return runwords::logLines(run);
    default:
        return {};
    }
}

QString RunModel::toolTip(const RunInfo& run, int column)
{
    if (column == StartedColumn)
        return words::moment(run.begin);
    return run.reason ? words::withLocalTimes(*run.reason, Clock::current().wallNow()) : display(run, column);
}

QVariant RunModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::Alignment((isNumber(section) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter));
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case NumberColumn:
        return tr("#", "number of a run");
    case StartedColumn:
        return tr("Started");
    case TookColumn:
        return QString(tr("Took") + words::columnGap);
    case ResultColumn:
        return tr("Result");
    case TriggerColumn:
        return tr("Trigger");
    case MemoryColumn:
        return QString(tr("Peak memory") + words::columnGap);
    case CpuColumn:
        return QString(tr("CPU time") + words::columnGap);
    case LinesColumn:
        return QString(tr("Log lines") + words::columnGap);
    default:
        return {};
    }
}

} // namespace turnspit
