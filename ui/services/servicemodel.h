#pragma once

#include <turnspit/base/clock.h>
#include <turnspit/control/values.h>
#include <ui/services/cputrail.h>
#include <ui/services/recentstrip.h>

#include <QAbstractItemModel>
#include <QHash>

#include <algorithm>
#include <memory>
#include <vector>

namespace turnspit {

/// The services of one host as a tree of two levels: those without a group first, then the groups with theirs, all in the order of
/// their names: a state change never moves a row. Changes by spans of rows and columns; resets only for another host.
///
/// What is relative to now is worked out when it is asked for: whoever shows it paints again as time goes by.
///
/// Every index of a service answers NameRole, that of a group GroupRole only; whoever keeps a row keeps the name and looks it up again.
class ServiceModel final : public QAbstractItemModel
{
    Q_OBJECT
public:
    enum Column {
        StateColumn,
        NameColumn,
        NextRunColumn,
        UpColumn,
        CpuColumn,
        MemoryColumn,
        LastResultColumn,
        RecentColumn,
        KindColumn, ///< this and the next on request
        RestartsColumn,
        GroupColumn,
        PidColumn,
        StartedColumn,
        NotesColumn,
        ColumnCount
    };
    enum Role {
        NameRole = Qt::UserRole + 1, ///< of a service; empty for a group
        GroupRole,                   ///< the group, or the group of the service
        SortRole,                    ///< a number or text that sorts as the column means
        SearchRole,                  ///< name, group and state in one text: what the filter looks at
        StateRole,                   ///< the ServiceState as int
        RecentRole,                  ///< a RecentStrip
        TrailRole,                   ///< a CpuTrail; null where none is known
        FuseRole,                    ///< while stopping: the share of the time limit that is left, 0 to 1; null where it is not known
    };

    explicit ServiceModel(QObject* parent = nullptr);
    ~ServiceModel() override;

    /// All services, sorted by name. `anotherHost`: nothing that is shown now has to do with them, the model resets.
    void replace(const QList<ServiceInfo>& services, bool anotherHost);

    /// `changed` may hold new ones and comes in any order. One that changes its group is a new row there.
    void apply(QList<ServiceInfo> changed, const QStringList& removed);

    void setRecent(const QString& name, const RecentStrip& strip);
    [[nodiscard]] RecentStrip recent(const QString& name) const { return m_recent.value(name); }

    /// What a service that is kept running used during the last ten minutes.
    void setTrail(const QString& name, const QList<UsageSample>& samples);
    [[nodiscard]] QList<UsageSample> trail(const QString& name) const { return m_trails.value(name); }

    /// What the service's file says about it; known of those only that somebody has asked for.
    void setNotes(const QString& name, const QString& text);

    /// The stops under way that are known.
    void setStops(const QList<StopInfo>& stops);
    /// Null where none is known; valid until the next change.
    [[nodiscard]] const StopInfo* stopOf(const QString& name) const;
    [[nodiscard]] bool knowsStops() const { return !m_stops.isEmpty(); }

    /// The holds that end by themselves.
    void setHolds(const QList<HoldInfo>& holds);
    [[nodiscard]] const QHash<QString, WallTime>& holdEnds() const { return m_holdEnds; }
    /// Null: it is not held, or until somebody resumes it.
    [[nodiscard]] std::optional<WallTime> holdEnd(const QString& name) const;

    /// When all this was true, where the host is gone or silent: time does not go on for what it said last. Null: it is true now.
    void setAsOf(std::optional<WallTime> time);
    [[nodiscard]] std::optional<WallTime> asOf() const { return m_asOf; }
    /// What all that is relative to now is relative to.
    [[nodiscard]] WallTime now() const { return m_asOf ? *m_asOf : Clock::current().wallNow(); }

    /// Null where there is none; valid until the next change.
    [[nodiscard]] const ServiceInfo* find(const QString& name) const;
    /// Sorted by name, whatever their groups.
    [[nodiscard]] const QList<ServiceInfo>& services() const { return m_services; }
    /// The names of the groups, sorted.
    [[nodiscard]] QStringList groups() const;
    [[nodiscard]] QModelIndex indexOf(const QString& name, int column = StateColumn) const;
    [[nodiscard]] QModelIndex indexOfGroup(const QString& group) const;

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& child) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

Q_SIGNALS:
    void holdEndsChanged();

private:
    struct Columns
    {
        int first = ColumnCount;
        int last = -1;
        void add(int column)
        {
            first = std::min(first, column);
            last = std::max(last, column);
        }
    };
    struct Group
    {
        QString name;      ///< "": of those without one, whose rows are the top level's first
        QStringList names; ///< sorted
    };

    [[nodiscard]] static Columns difference(const ServiceInfo& before, const ServiceInfo& after);
    [[nodiscard]] qsizetype lowerBound(const QString& name) const;
    [[nodiscard]] Group* groupNamed(const QString& name) const;
    [[nodiscard]] int rowOf(const Group& group) const; ///< on the top level; only of one with a name
    [[nodiscard]] QModelIndex parentOf(const Group& group) const;
    [[nodiscard]] const Group* groupAt(const QModelIndex& index) const; ///< null: the index is a service
    [[nodiscard]] const ServiceInfo& serviceAt(const QModelIndex& index) const;
    void fill(QList<ServiceInfo> services);
    void remove(const QStringList& names);
    void removeFrom(Group& group, const QStringList& names);
    void insert(const QList<ServiceInfo>& services);
    void insertInto(Group& group, const QStringList& names);
    void update(const QList<ServiceInfo>& services);
    void refreshGroup(const Group& group);
    [[nodiscard]] QVariant groupData(const Group& group, int column, int role) const;
    [[nodiscard]] QString display(const ServiceInfo& service, int column) const;
    [[nodiscard]] QString toolTip(const ServiceInfo& service, int column) const;
    [[nodiscard]] QString upTime(const ServiceInfo& service) const;
    [[nodiscard]] QVariant sortValue(const ServiceInfo& service, int column) const;
    [[nodiscard]] CpuTrail trailOf(const ServiceInfo& service) const;
    [[nodiscard]] QString recentSentence(const ServiceInfo& service) const;
    [[nodiscard]] QVariant fuse(const ServiceInfo& service) const;

    QList<ServiceInfo> m_services;                ///< sorted by name
    std::vector<std::unique_ptr<Group>> m_groups; ///< sorted by name; the first one's is "", and it is always there
    QHash<QString, RecentStrip> m_recent;
    QHash<QString, QList<UsageSample>> m_trails;
    QHash<QString, QString> m_notes;
    QHash<QString, StopInfo> m_stops;
    QHash<QString, WallTime> m_holdEnds;
    std::optional<WallTime> m_asOf;
};

} // namespace turnspit
