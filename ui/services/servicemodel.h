#pragma once

#include <turnspit/control/values.h>

#include <QAbstractItemModel>

namespace turnspit {

/// The services of one host as rows, in the order of their names: a state change never moves a row. Changes by spans of rows and
/// columns; resets only for another host.
///
/// Every index answers NameRole; whoever keeps a row keeps the name and looks it up again.
class ServiceModel final : public QAbstractItemModel
{
    Q_OBJECT
public:
    enum Column { StateColumn, NameColumn, NextRunColumn, UpColumn, CpuColumn, MemoryColumn, LastResultColumn, ColumnCount };
    enum Role {
        NameRole = Qt::UserRole + 1,
        SortRole,   ///< a number or text that sorts as the column means
        SearchRole, ///< name, group and state in one text: what the filter looks at
    };

    explicit ServiceModel(QObject* parent = nullptr);

    /// All services, sorted by name. `anotherHost`: nothing that is shown now has to do with them, the model resets.
    void replace(const QList<ServiceInfo>& services, bool anotherHost);

    /// `changed` may hold new ones and comes in any order.
    void apply(QList<ServiceInfo> changed, const QStringList& removed);

    /// What is shown relative to now has moved on.
    void tick();

    /// Null where there is none; valid until the next change.
    [[nodiscard]] const ServiceInfo* find(const QString& name) const;
    [[nodiscard]] const QList<ServiceInfo>& services() const { return m_services; }
    [[nodiscard]] QModelIndex indexOf(const QString& name, int column = StateColumn) const;

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& child) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    struct Columns
    {
        int first = ColumnCount;
        int last = -1;
    };
    [[nodiscard]] static Columns difference(const ServiceInfo& before, const ServiceInfo& after);
    [[nodiscard]] qsizetype lowerBound(const QString& name) const;
    void remove(const QStringList& names);
    void insert(const QList<ServiceInfo>& services);
    void update(const QList<ServiceInfo>& services);
    [[nodiscard]] QString display(const ServiceInfo& service, int column) const;
    [[nodiscard]] QString toolTip(const ServiceInfo& service, int column) const;
    [[nodiscard]] QVariant sortValue(const ServiceInfo& service, int column) const;

    QList<ServiceInfo> m_services; ///< sorted by name
};

} // namespace turnspit
