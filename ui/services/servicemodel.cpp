#include <ui/services/servicemodel.h>

#include <QMap>
#include <QSet>

#include <algorithm>

namespace turnspit {
namespace {

bool byName(const ServiceInfo& a, const ServiceInfo& b)
{
    return a.name < b.name;
}

} // namespace

ServiceModel::ServiceModel(QObject* parent) : QAbstractItemModel(parent)
{
    m_groups.push_back(std::make_unique<Group>());
}

ServiceModel::~ServiceModel() = default;

// ---- where things are -------------------------------------------------------------------------------------------------------

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

ServiceModel::Group* ServiceModel::groupNamed(const QString& name) const
{
    const auto place = std::lower_bound(m_groups.begin(), m_groups.end(), name,
                                        [](const auto& group, const QString& text) { return group->name < text; });
    return place != m_groups.end() && (*place)->name == name ? place->get() : nullptr;
}

int ServiceModel::rowOf(const Group& group) const
{
    const auto place = std::lower_bound(m_groups.begin(), m_groups.end(), group.name,
                                        [](const auto& each, const QString& text) { return each->name < text; });
    return static_cast<int>(m_groups.front()->names.size() + (place - m_groups.begin()) - 1);
}

QModelIndex ServiceModel::parentOf(const Group& group) const
{
    return group.name.isEmpty() ? QModelIndex() : createIndex(rowOf(group), 0);
}

const ServiceModel::Group* ServiceModel::groupAt(const QModelIndex& index) const
{
    const auto loose = m_groups.front()->names.size();
    return index.internalPointer() || index.row() < loose ? nullptr
                                                          : m_groups.at(static_cast<std::size_t>(index.row() - loose + 1)).get();
}

const ServiceInfo& ServiceModel::serviceAt(const QModelIndex& index) const
{
    const auto* const group = static_cast<const Group*>(index.internalPointer());
    return *find((group ? group : m_groups.front().get())->names.at(index.row()));
}

QStringList ServiceModel::groups() const
{
    QStringList names;
    for (std::size_t at = 1; at < m_groups.size(); ++at)
        names += m_groups[at]->name;
    return names;
}

QModelIndex ServiceModel::indexOf(const QString& name, int column) const
{
    const ServiceInfo* const service = find(name);
    if (!service)
        return {};
    const Group& group = *groupNamed(service->group);
    const auto place = std::lower_bound(group.names.begin(), group.names.end(), name);
    return index(static_cast<int>(place - group.names.begin()), column, parentOf(group));
}

QModelIndex ServiceModel::indexOfGroup(const QString& group) const
{
    const Group* const found = group.isEmpty() ? nullptr : groupNamed(group);
    return found ? parentOf(*found) : QModelIndex();
}

QModelIndex ServiceModel::index(int row, int column, const QModelIndex& parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    return parent.isValid() ? createIndex(row, column, groupAt(parent)) : createIndex(row, column);
}

QModelIndex ServiceModel::parent(const QModelIndex& child) const
{
    const auto* const group = static_cast<const Group*>(child.internalPointer());
    return group ? parentOf(*group) : QModelIndex();
}

int ServiceModel::rowCount(const QModelIndex& parent) const
{
    if (!parent.isValid())
        return static_cast<int>(m_groups.front()->names.size() + static_cast<qsizetype>(m_groups.size()) - 1);
    const Group* const group = parent.column() == 0 ? groupAt(parent) : nullptr;
    return group ? static_cast<int>(group->names.size()) : 0;
}

int ServiceModel::columnCount(const QModelIndex& parent) const
{
    return !parent.isValid() || (parent.column() == 0 && groupAt(parent)) ? ColumnCount : 0;
}

// ---- what changes -----------------------------------------------------------------------------------------------------------

void ServiceModel::fill(QList<ServiceInfo> services)
{
    std::sort(services.begin(), services.end(), byName);
    m_services = std::move(services);
    m_groups.clear();
    QMap<QString, QStringList> names{{QString(), {}}};
    for (const ServiceInfo& service : std::as_const(m_services))
        names[service.group] += service.name;
    for (auto group = names.begin(); group != names.end(); ++group)
        m_groups.push_back(std::make_unique<Group>(Group{group.key(), group.value()}));
}

void ServiceModel::replace(const QList<ServiceInfo>& services, bool anotherHost)
{
    if (anotherHost) {
        beginResetModel();
        m_recent.clear();
        m_trails.clear();
        m_notes.clear();
        m_stops.clear();
        m_holdEnds.clear();
        fill(services);
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
    for (const QString& name : removed) {
        m_recent.remove(name);
        m_trails.remove(name);
        m_notes.remove(name);
        m_stops.remove(name);
        m_holdEnds.remove(name);
    }
    QStringList gone = removed;
    for (const ServiceInfo& service : std::as_const(changed)) {
        if (const ServiceInfo* const before = find(service.name); before && before->group != service.group)
            gone += service.name;
    }
    remove(gone);
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
    QMap<QString, QStringList> byGroup;
    for (const QString& name : names) {
        if (const ServiceInfo* const service = find(name))
            byGroup[service->group] += name;
    }
    for (auto part = byGroup.begin(); part != byGroup.end(); ++part)
        removeFrom(*groupNamed(part.key()), part.value());
}

void ServiceModel::removeFrom(Group& group, const QStringList& names)
{
    QList<int> rows;
    for (const QString& name : names)
        rows += static_cast<int>(std::lower_bound(group.names.begin(), group.names.end(), name) - group.names.begin());
    std::sort(rows.begin(), rows.end(), std::greater());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    if (!group.name.isEmpty() && rows.size() == group.names.size()) {
        // The last ones take their group with them.
        const int row = rowOf(group);
        beginRemoveRows({}, row, row);
        for (const QString& name : std::as_const(group.names))
            m_services.removeAt(lowerBound(name));
        std::erase_if(m_groups, [&](const auto& each) { return each.get() == &group; });
        endRemoveRows();
        return;
    }
    // From the end, so that the rows before keep their numbers.
    for (qsizetype i = 0; i < rows.size();) {
        const int last = rows[i];
        int first = last;
        while (++i < rows.size() && rows[i] == first - 1)
            --first;
        beginRemoveRows(parentOf(group), first, last);
        for (int row = first; row <= last; ++row)
            m_services.removeAt(lowerBound(group.names[row]));
        group.names.remove(first, last - first + 1);
        endRemoveRows();
    }
    refreshGroup(group);
}

void ServiceModel::insert(const QList<ServiceInfo>& services)
{
    QMap<QString, QStringList> byGroup;
    for (const ServiceInfo& service : services)
        byGroup[service.group] += service.name;
    const auto take = [&](const QStringList& names) {
        for (const QString& name : names) {
            const auto service = std::lower_bound(services.begin(), services.end(), name,
                                                  [](const ServiceInfo& each, const QString& text) { return each.name < text; });
            m_services.insert(lowerBound(name), *service);
        }
    };
    for (auto part = byGroup.begin(); part != byGroup.end(); ++part) {
        take(part.value());
        if (Group* const group = groupNamed(part.key())) {
            insertInto(*group, part.value());
            continue;
        }
        const auto place = std::lower_bound(m_groups.begin(), m_groups.end(), part.key(),
                                            [](const auto& group, const QString& text) { return group->name < text; });
        const int row = static_cast<int>(m_groups.front()->names.size() + (place - m_groups.begin()) - 1);
        beginInsertRows({}, row, row);
        m_groups.insert(place, std::make_unique<Group>(Group{part.key(), part.value()}));
        endInsertRows();
    }
}

void ServiceModel::insertInto(Group& group, const QStringList& names)
{
    for (qsizetype i = 0; i < names.size();) {
        // All that belong in front of the same row come in one span.
        const qsizetype row = std::lower_bound(group.names.begin(), group.names.end(), names[i]) - group.names.begin();
        qsizetype end = i + 1;
        while (end < names.size() && (row == group.names.size() || names[end] < group.names[row]))
            ++end;
        beginInsertRows(parentOf(group), static_cast<int>(row), static_cast<int>(row + end - i - 1));
        for (qsizetype at = row; i < end; ++i, ++at)
            group.names.insert(at, names[i]);
        endInsertRows();
    }
    refreshGroup(group);
}

void ServiceModel::update(const QList<ServiceInfo>& services)
{
    struct Change
    {
        int row;
        Columns columns;
    };
    QMap<QString, QList<Change>> byGroup;
    for (const ServiceInfo& service : services) {
        ServiceInfo& present = m_services[lowerBound(service.name)];
        const Columns columns = difference(present, service);
        if (!service.flags.contains(QLatin1String("held")))
            m_holdEnds.remove(service.name);
        present = service;
        if (columns.last < 0)
            continue;
        const QStringList& names = groupNamed(service.group)->names;
        const auto place = std::lower_bound(names.begin(), names.end(), service.name);
        byGroup[service.group].append({static_cast<int>(place - names.begin()), columns});
    }
    for (auto part = byGroup.begin(); part != byGroup.end(); ++part) {
        const QModelIndex parent = parentOf(*groupNamed(part.key()));
        const QList<Change>& changes = part.value();
        for (qsizetype i = 0; i < changes.size();) {
            const int first = changes[i].row;
            int last = first;
            Columns span = changes[i].columns;
            while (++i < changes.size() && changes[i].row == last + 1) {
                last = changes[i].row;
                span.add(changes[i].columns.first);
                span.add(changes[i].columns.last);
            }
            Q_EMIT dataChanged(index(first, span.first, parent), index(last, span.last, parent),
                               {Qt::DisplayRole, Qt::DecorationRole, Qt::ToolTipRole, Qt::AccessibleTextRole, SortRole, SearchRole,
                                StateRole});
        }
    }
}

void ServiceModel::refreshGroup(const Group& group)
{
    if (const QModelIndex row = parentOf(group); row.isValid())
        Q_EMIT dataChanged(row, row, {Qt::DisplayRole, Qt::AccessibleTextRole});
}

ServiceModel::Columns ServiceModel::difference(const ServiceInfo& before, const ServiceInfo& after)
{
    Columns columns;
    // The first column carries the sentence about the whole row and its reason.
    if (before.state != after.state || before.flags != after.flags || before.reason != after.reason || before.since != after.since
        || before.restarts != after.restarts)
        columns.add(StateColumn);
    if (before.kind != after.kind || before.pid != after.pid)
        columns.add(NameColumn);
    if (before.nextRun != after.nextRun || before.flags != after.flags || before.state != after.state)
        columns.add(NextRunColumn);
    if (before.since != after.since || before.state != after.state)
        columns.add(UpColumn);
    if (before.cpuPercent != after.cpuPercent)
        columns.add(CpuColumn);
    if (before.memoryBytes != after.memoryBytes)
        columns.add(MemoryColumn);
    if (before.lastOutcome != after.lastOutcome || before.exitCode != after.exitCode || before.signal != after.signal
        || before.restarts != after.restarts)
        columns.add(LastResultColumn);
    if (before.kind != after.kind)
        columns.add(KindColumn);
    if (before.restarts != after.restarts)
        columns.add(RestartsColumn);
    if (before.pid != after.pid)
        columns.add(PidColumn);
    if (before.since != after.since)
        columns.add(StartedColumn);
    return columns;
}

void ServiceModel::setAsOf(std::optional<WallTime> time)
{
    if (std::exchange(m_asOf, time) == time || m_services.isEmpty())
        return;
    for (const auto& group : m_groups) {
        if (const auto rows = static_cast<int>(group->names.size()); rows > 0) {
            const QModelIndex parent = parentOf(*group);
            Q_EMIT dataChanged(index(0, 0, parent), index(rows - 1, ColumnCount - 1, parent),
                               {Qt::DisplayRole, Qt::ToolTipRole, Qt::AccessibleTextRole});
        }
    }
}

void ServiceModel::setRecent(const QString& name, const RecentStrip& strip)
{
    if (!find(name) || m_recent.value(name) == strip)
        return;
    m_recent.insert(name, strip);
    Q_EMIT dataChanged(indexOf(name, RecentColumn), indexOf(name, RecentColumn), {RecentRole, Qt::ToolTipRole, Qt::AccessibleTextRole});
    Q_EMIT dataChanged(indexOf(name, UpColumn), indexOf(name, UpColumn), {Qt::DisplayRole});
}

void ServiceModel::setTrail(const QString& name, const QList<UsageSample>& samples)
{
    if (!find(name) || (samples.isEmpty() && !m_trails.contains(name)))
        return;
    if (samples.isEmpty())
        m_trails.remove(name);
    else
        m_trails.insert(name, samples);
    const QModelIndex cell = indexOf(name, RecentColumn); // also where it is the same: time has moved on
    Q_EMIT dataChanged(cell, cell, {TrailRole, Qt::ToolTipRole, Qt::AccessibleTextRole});
}

void ServiceModel::setNotes(const QString& name, const QString& text)
{
    if (!find(name) || m_notes.value(name) == text)
        return;
    m_notes.insert(name, text);
    const QModelIndex cell = indexOf(name, NotesColumn);
    Q_EMIT dataChanged(cell, cell, {Qt::DisplayRole, Qt::ToolTipRole, SortRole});
}

void ServiceModel::setStops(const QList<StopInfo>& stops)
{
    QSet<QString> touched(m_stops.keyBegin(), m_stops.keyEnd());
    m_stops.clear();
    for (const StopInfo& stop : stops) {
        m_stops.insert(stop.name, stop);
        touched.insert(stop.name);
    }
    for (const QString& name : std::as_const(touched)) {
        if (const QModelIndex row = indexOf(name); row.isValid())
            Q_EMIT dataChanged(row, row, {FuseRole});
    }
}

void ServiceModel::setHolds(const QList<HoldInfo>& holds)
{
    QHash<QString, WallTime> ends;
    for (const HoldInfo& hold : holds)
        ends.insert(hold.name, hold.until);
    if (ends == m_holdEnds)
        return;
    const auto before = std::exchange(m_holdEnds, std::move(ends));
    for (const ServiceInfo& service : std::as_const(m_services)) {
        const auto was = before.constFind(service.name);
        if ((was == before.constEnd() ? std::nullopt : std::optional(*was)) == holdEnd(service.name))
            continue;
        for (const int column : {StateColumn, NextRunColumn}) {
            const QModelIndex cell = indexOf(service.name, column);
            Q_EMIT dataChanged(cell, cell, {Qt::DisplayRole, Qt::ToolTipRole, Qt::AccessibleTextRole});
        }
    }
    Q_EMIT holdEndsChanged();
}

std::optional<WallTime> ServiceModel::holdEnd(const QString& name) const
{
    const auto end = m_holdEnds.constFind(name);
    const ServiceInfo* const service = end == m_holdEnds.constEnd() ? nullptr : find(name);
    return service && service->flags.contains(QLatin1String("held")) ? std::optional(*end) : std::nullopt;
}

const StopInfo* ServiceModel::stopOf(const QString& name) const
{
    const auto stop = m_stops.constFind(name);
    const ServiceInfo* const service = find(name);
    return stop != m_stops.constEnd() && service && service->state == ServiceState::Stopping ? &*stop : nullptr;
}

} // namespace turnspit
