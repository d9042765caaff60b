#include <ui/services/servicemodel.h>

#include <ui/text/words.h>
#include <ui/theme/stateicon.h>

#include <QFont>
#include <QLocale>

#include <algorithm>

/// What the cells of the model say; where they are and how they change is in servicemodel.cpp.
namespace turnspit {
namespace {

bool isNumber(int column)
{
    return column == ServiceModel::CpuColumn || column == ServiceModel::MemoryColumn || column == ServiceModel::RestartsColumn
           || column == ServiceModel::PidColumn;
}

bool isUp(ServiceState state)
{
    return state == ServiceState::Running || state == ServiceState::Starting || state == ServiceState::Stopping;
}

} // namespace

QVariant ServiceModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    if (const Group* const group = groupAt(index))
        return groupData(*group, index.column(), role);
    const ServiceInfo& service = serviceAt(index);
    switch (role) {
    case Qt::DisplayRole:
        return display(service, index.column());
    case Qt::DecorationRole:
        return index.column() == StateColumn ? QVariant::fromValue(stateIcon(service.state, service.flags)) : QVariant();
    case Qt::ToolTipRole:
        return toolTip(service, index.column());
    case Qt::TextAlignmentRole:
        return isNumber(index.column()) ? QVariant::fromValue(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter)) : QVariant();
    case Qt::AccessibleTextRole:
        if (index.column() == StateColumn)
            return words::rowSentence(service, now(), holdEnd(service.name));
        return index.column() == RecentColumn ? QVariant(recentSentence(service)) : QVariant();
    case NameRole:
        return service.name;
    case GroupRole:
        return service.group;
    case SortRole:
        return sortValue(service, index.column());
    case SearchRole:
        return QString(service.name + QLatin1Char('\n') + service.group + QLatin1Char('\n') + words::state(service.state));
    case StateRole:
        return static_cast<int>(service.state);
    case RecentRole:
        return QVariant::fromValue(m_recent.value(service.name));
    case TrailRole: {
        const CpuTrail trail = trailOf(service);
        return trail.isEmpty() ? QVariant() : QVariant::fromValue(trail);
    }
    case FuseRole:
        return fuse(service);
    default:
        return {};
    }
}

QVariant ServiceModel::groupData(const Group& group, int column, int role) const
{
    switch (role) {
    case Qt::DisplayRole:
        return column == StateColumn ? QVariant(tr("%1 (%2)", "a group, how many services").arg(group.name).arg(group.names.size()))
                                     : QVariant();
    case Qt::AccessibleTextRole:
        return column == StateColumn
                   ? QVariant(tr("Group %1, %n services", nullptr, static_cast<int>(group.names.size())).arg(group.name))
                   : QVariant();
    case Qt::FontRole: {
        QFont bold;
        bold.setBold(true);
        return bold;
    }
    case GroupRole:
        return group.name;
    default:
        return {};
    }
}

QString ServiceModel::upTime(const ServiceInfo& service) const
{
    if (isUp(service.state))
        return words::upTime(service, now());
    const RecentStrip strip = m_recent.value(service.name);
    if (strip.isEmpty() || !strip.entries.last().duration)
        return words::nothing();
    const auto length = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::duration<double>(*strip.entries.last().duration));
    return tr("ran %1", "a duration").arg(words::duration(length));
}

QString ServiceModel::display(const ServiceInfo& service, int column) const
{
    switch (column) {
    case StateColumn:
        return words::state(service.state);
    case NameColumn:
        return service.name;
    case NextRunColumn:
        return words::nextRun(service, now(), holdEnd(service.name));
    case UpColumn:
        return upTime(service);
    case CpuColumn:
        return service.cpuPercent ? words::percent(*service.cpuPercent) : words::nothing();
    case MemoryColumn:
        return service.memoryBytes ? words::memory(*service.memoryBytes) : words::nothing();
    case LastResultColumn:
        return words::lastResult(service);
    case KindColumn:
        return words::kind(service.kind);
    case RestartsColumn:
        return QLocale().toString(service.restarts);
    case GroupColumn:
        return service.group.isEmpty() ? words::nothing() : service.group;
    case PidColumn:
        return service.pid ? QString::number(*service.pid) : words::nothing();
    case StartedColumn:
        return isUp(service.state) && service.state != ServiceState::Stopping
                   ? QLocale().toString(words::local(service.since), QLocale::ShortFormat)
                   : words::nothing();
    case NotesColumn:
        return m_notes.value(service.name).simplified();
    default:
        return {};
    }
}

QString ServiceModel::toolTip(const ServiceInfo& service, int column) const
{
    switch (column) {
    case StateColumn:
        if (const StopInfo* const stop = stopOf(service.name))
            return words::stopping(*stop, now());
        return words::why(service, now(), nullptr, holdEnd(service.name));
    case NameColumn: {
        const QString kind = words::kind(service.kind);
        return service.pid ? tr("%1, pid %2", "kind of service, process id").arg(kind).arg(*service.pid) : kind;
    }
    case NextRunColumn:
        if (const auto end = holdEnd(service.name))
            return tr("Held until %1", "date, time and zone").arg(words::moment(*end));
        return service.nextRun ? words::moment(*service.nextRun) : QString();
    case UpColumn:
        return tr("Since %1").arg(words::moment(service.since));
    case LastResultColumn:
        return service.reason.value_or(QString());
    case RecentColumn:
        return recentSentence(service);
    case NotesColumn:
        return m_notes.value(service.name);
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
    case StartedColumn:
        return time(service.since);
    case CpuColumn:
        return service.cpuPercent.value_or(-1);
    case MemoryColumn:
        return service.memoryBytes.value_or(-1);
    case RestartsColumn:
        return service.restarts;
    case PidColumn:
        return service.pid.value_or(0);
    case RecentColumn: {
        // The worst record first.
        const RecentStrip strip = m_recent.value(service.name);
        const auto good = std::count_if(strip.entries.begin(), strip.entries.end(),
                                        [](const RecentStrip::Entry& entry) { return entry.outcome == Outcome::Succeeded; });
        return static_cast<int>(good - strip.entries.size());
    }
    default:
        return display(service, column);
    }
}

CpuTrail ServiceModel::trailOf(const ServiceInfo& service) const
{
    CpuTrail trail;
    trail.samples = m_trails.value(service.name);
    trail.now = now();
    const RecentStrip strip = trail.isEmpty() ? RecentStrip() : m_recent.value(service.name);
    for (const RecentStrip::Entry& entry : strip.entries) {
        if (entry.end && *entry.end > trail.now - CpuTrail::span)
            trail.ends.append({*entry.end, entry.outcome});
    }
    return trail;
}

QString ServiceModel::recentSentence(const ServiceInfo& service) const
{
    QStringList parts{trailOf(service).sentence(), m_recent.value(service.name).sentence()};
    parts.removeAll(QString());
    return parts.join(QStringLiteral(" · "));
}

QVariant ServiceModel::fuse(const ServiceInfo& service) const
{
    const StopInfo* const stop = stopOf(service.name);
    if (!stop)
        return {};
    const std::chrono::duration<double> whole = stop->killAt - service.since;
    const std::chrono::duration<double> left = stop->killAt - now();
    return whole.count() > 0 ? std::clamp(left / whole, 0.0, 1.0) : 0.0;
}

QVariant ServiceModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::Alignment((isNumber(section) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter));
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
        return tr("Up / ran");
    case CpuColumn:
        return QString(tr("CPU") + words::columnGap);
    case MemoryColumn:
        return QString(tr("Memory") + words::columnGap);
    case LastResultColumn:
        return tr("Last result");
    case RecentColumn:
        return tr("Recent");
    case KindColumn:
        return tr("Kind");
    case RestartsColumn:
        return QString(tr("Restarts") + words::columnGap);
    case GroupColumn:
        return tr("Group");
    case PidColumn:
        return QString(tr("Pid") + words::columnGap);
    case StartedColumn:
        return tr("Started");
    case NotesColumn:
        return tr("Notes");
    default:
        return {};
    }
}

} // namespace turnspit
