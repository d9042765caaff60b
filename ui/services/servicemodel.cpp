#include <ui/services/servicemodel.h>

#include <turnspit/base/clock.h>
#include <ui/text/words.h>
#include <ui/theme/stateicon.h>

#include <algorithm>

namespace turnspit {
namespace {

bool byName(const ServiceInfo& a, const ServiceInfo& b)
{
    return a.name < b.name;
}

} // namespace

ServiceModel::ServiceModel(QObject* parent) : QAbstractItemModel(parent) {}

qsizetype ServiceModel::lowerBound(const QString& name) const
{
    const auto place = std::lower_bound(m_services.begin(), m_services.end(), name,
                                        [](const ServiceInfo& service, const QString& text) { return service.name < text; });
    return place - m_services.begin();
}

const ServiceInfo* ServiceModel::find(const QString& name) const
{
    const qsizetype row = lowerBound(name);
    return row < m_services.size() && m_services[row].name == name ? &m_services[row] : nullptr;
}

QModelIndex ServiceModel::indexOf(const QString& name, int column) const
{
    return find(name) ? index(static_cast<int>(lowerBound(name)), column) : QModelIndex();
}

void ServiceModel::replace(const QList<ServiceInfo>& services, bool anotherHost)
{
    if (anotherHost) {
        beginResetModel();
        m_services = services;
        std::sort(m_services.begin(), m_services.end(), byName);
        endResetModel();
        return;
    }
    QStringList names;
    for (const ServiceInfo& service : services)
        names += service.name;
    std::sort(names.begin(), names.end());
    QStringList gone;
    for (const ServiceInfo& service : std::as_const(m_services)) {
        if (!std::binary_search(names.begin(), names.end(), service.name))
            gone += service.name;
    }
    apply(services, gone);
}

void ServiceModel::apply(QList<ServiceInfo> changed, const QStringList& removed)
{
    remove(removed);
    std::sort(changed.begin(), changed.end(), byName);
    QList<ServiceInfo> added;
    QList<ServiceInfo> known;
    for (ServiceInfo& service : changed)
        (find(service.name) ? known : added).append(std::move(service));
    update(known);
    insert(added);
}

void ServiceModel::remove(const QStringList& names)
{
    QList<int> rows;
    for (const QString& name : names) {
        if (find(name))
            rows += static_cast<int>(lowerBound(name));
    }
    std::sort(rows.begin(), rows.end(), std::greater());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    // From the end, so that the rows before keep their numbers.
    for (qsizetype i = 0; i < rows.size();) {
        const int last = rows[i];
        int first = last;
        while (++i < rows.size() && rows[i] == first - 1)
            --first;
        beginRemoveRows({}, first, last);
        m_services.remove(first, last - first + 1);
        endRemoveRows();
    }
}

void ServiceModel::insert(const QList<ServiceInfo>& services)
{
    for (qsizetype i = 0; i < services.size();) {
        // All that belong in front of the same row come in one span.
        const qsizetype row = lowerBound(services[i].name);
        qsizetype end = i + 1;
        while (end < services.size() && (row == m_services.size() || services[end].name < m_services[row].name))
            ++end;
        beginInsertRows({}, static_cast<int>(row), static_cast<int>(row + end - i - 1));
        for (qsizetype at = row; i < end; ++i, ++at)
            m_services.insert(at, services[i]);
        endInsertRows();
    }
}

void ServiceModel::update(const QList<ServiceInfo>& services)
{
    int spanBegin = -1;
    int spanEnd = -1;
    Columns span;
    const auto flush = [&] {
        if (spanBegin >= 0) {
            Q_EMIT dataChanged(index(spanBegin, span.first), index(spanEnd, span.last),
                               {Qt::DisplayRole, Qt::DecorationRole, Qt::ToolTipRole, Qt::AccessibleTextRole, SortRole, SearchRole});
        }
        spanBegin = -1;
        span = {};
    };
    for (const ServiceInfo& service : services) {
        const int row = static_cast<int>(lowerBound(service.name));
        const Columns columns = difference(m_services[row], service);
        m_services[row] = service;
        if (columns.last < 0)
            continue;
        if (spanBegin >= 0 && row != spanEnd + 1)
            flush();
        if (spanBegin < 0)
            spanBegin = row;
        spanEnd = row;
        span.first = std::min(span.first, columns.first);
        span.last = std::max(span.last, columns.last);
    }
    flush();
}

ServiceModel::Columns ServiceModel::difference(const ServiceInfo& before, const ServiceInfo& after)
{
    Columns columns;
    const auto changed = [&columns](int column) {
        columns.first = std::min(columns.first, column);
        columns.last = std::max(columns.last, column);
    };
    // The first column carries the sentence about the whole row and its reason.
    if (before.state != after.state || before.flags != after.flags || before.reason != after.reason || before.since != after.since
        || before.restarts != after.restarts)
        changed(StateColumn);
    if (before.group != after.group || before.kind != after.kind || before.pid != after.pid)
        changed(NameColumn);
    if (before.nextRun != after.nextRun || before.flags != after.flags)
        changed(NextRunColumn);
    if (before.since != after.since || before.state != after.state)
        changed(UpColumn);
    if (before.cpuPercent != after.cpuPercent)
        changed(CpuColumn);
    if (before.memoryBytes != after.memoryBytes)
        changed(MemoryColumn);
    if (before.lastOutcome != after.lastOutcome || before.exitCode != after.exitCode || before.signal != after.signal
        || before.restarts != after.restarts)
        changed(LastResultColumn);
    return columns;
}

void ServiceModel::tick()
{
    if (!m_services.isEmpty()) {
        Q_EMIT dataChanged(index(0, NextRunColumn), index(static_cast<int>(m_services.size()) - 1, UpColumn), {Qt::DisplayRole});
    }
}

QModelIndex ServiceModel::index(int row, int column, const QModelIndex& parent) const
{
    return hasIndex(row, column, parent) ? createIndex(row, column) : QModelIndex();
}

QModelIndex ServiceModel::parent(const QModelIndex&) const
{
    return {};
}

int ServiceModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_services.size());
}

int ServiceModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ServiceModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const ServiceInfo& service = m_services[index.row()];
    switch (role) {
    case Qt::DisplayRole:
        return display(service, index.column());
    case Qt::DecorationRole:
        return index.column() == StateColumn ? QVariant::fromValue(stateIcon(service.state)) : QVariant();
    case Qt::ToolTipRole:
        return toolTip(service, index.column());
    case Qt::TextAlignmentRole:
        if (index.column() == CpuColumn || index.column() == MemoryColumn)
            return QVariant::fromValue(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter));
        return {};
    case Qt::AccessibleTextRole:
        return index.column() == StateColumn ? QVariant(words::rowSentence(service, Clock::current().wallNow())) : QVariant();
    case NameRole:
        return service.name;
    case SortRole:
        return sortValue(service, index.column());
    case SearchRole:
        return QString(service.name + QLatin1Char('\n') + service.group + QLatin1Char('\n') + words::state(service.state));
    default:
        return {};
    }
}

QString ServiceModel::display(const ServiceInfo& service, int column) const
{
    switch (column) {
    case StateColumn:
        return words::state(service.state);
    case NameColumn:
        return service.name;
    case NextRunColumn:
        return words::nextRun(service, Clock::current().wallNow());
    case UpColumn:
        return words::upTime(service, Clock::current().wallNow());
    case CpuColumn:
        return service.cpuPercent ? words::percent(*service.cpuPercent) : words::nothing();
    case MemoryColumn:
        return service.memoryBytes ? words::memory(*service.memoryBytes) : words::nothing();
    case LastResultColumn:
        return words::lastResult(service);
    default:
        return {};
    }
}

QString ServiceModel::toolTip(const ServiceInfo& service, int column) const
{
    switch (column) {
    case StateColumn:
        return words::why(service, Clock::current().wallNow());
    case NameColumn: {
        const QString kind = words::kind(service.kind);
        return service.pid ? tr("%1, pid %2", "kind of service, process id").arg(kind).arg(*service.pid) : kind;
    }
    case NextRunColumn:
        return service.nextRun ? words::moment(*service.nextRun) : QString();
    case UpColumn:
        return tr("Since %1").arg(words::moment(service.since));
    case LastResultColumn:
        return service.reason.value_or(QString());
    default:
        return {};
    }
}

QVariant ServiceModel::sortValue(const ServiceInfo& service, int column) const
{
    const auto time = [](WallTime at) { return QVariant::fromValue<qint64>(at.time_since_epoch().count()); };
    switch (column) {
    case StateColumn:
        return static_cast<int>(service.state);
    case NextRunColumn:
        return service.nextRun ? time(*service.nextRun) : QVariant::fromValue<qint64>(std::numeric_limits<qint64>::max());
    case UpColumn:
        return time(service.since);
    case CpuColumn:
        return service.cpuPercent.value_or(-1);
    case MemoryColumn:
        return service.memoryBytes.value_or(-1);
    default:
        return display(service, column);
    }
}

QVariant ServiceModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole) {
        const bool number = section == CpuColumn || section == MemoryColumn;
        return QVariant::fromValue(Qt::Alignment((number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter));
    }
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case StateColumn:
        return tr("State");
    case NameColumn:
        return tr("Name");
    case NextRunColumn:
        return tr("Next run");
    case UpColumn:
        return tr("Up");
    case CpuColumn:
        return tr("CPU");
    case MemoryColumn:
        return tr("Memory");
    case LastResultColumn:
        return tr("Last result");
    default:
        return {};
    }
}

} // namespace turnspit
