#include <ui/services/servicefilter.h>

#include <ui/services/holdspan.h>
#include <ui/services/servicemodel.h>

#include <algorithm>

namespace turnspit {

ServiceFilter::ServiceFilter(QObject* parent) : QSortFilterProxyModel(parent)
{
    setSortRole(ServiceModel::SortRole);
    setFilterRole(ServiceModel::SearchRole);
    setRecursiveFilteringEnabled(true);
    setDynamicSortFilter(false);
}

void ServiceFilter::setSourceModel(QAbstractItemModel* model)
{
    // Ours come after those of the base class: it has taken the change in by then. Without dynamic sorting it does not look again at
    // what it has filtered, which is done here.
    QSortFilterProxyModel::setSourceModel(model);
    connect(model, &QAbstractItemModel::dataChanged, this, &ServiceFilter::onDataChanged);
    for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved}) {
        connect(model, signal, this, [this] {
            if (isActive())
                invalidateFilter();
            Q_EMIT orderIsStale();
        });
    }
    connect(model, &QAbstractItemModel::modelReset, this, &ServiceFilter::orderIsStale);
}

void ServiceFilter::onDataChanged(const QModelIndex& from, const QModelIndex& to, const QList<int>& roles)
{
    if (isActive() && (roles.isEmpty() || roles.contains(ServiceModel::StateRole)))
        invalidateFilter();
    const bool sorts = roles.isEmpty() || roles.contains(ServiceModel::SortRole) || roles.contains(ServiceModel::RecentRole);
    if (sorts && from.column() <= sortColumn() && sortColumn() <= to.column())
        Q_EMIT orderIsStale();
}

void ServiceFilter::setNeedle(const QString& text)
{
    const QStringList needles = text.simplified().split(QLatin1Char(' '), Qt::SkipEmptyParts);
    if (needles == m_words)
        return;
    m_words = needles;
    refilter();
}

void ServiceFilter::setState(std::optional<ServiceState> state)
{
    if (std::exchange(m_state, state) != state)
        refilter();
}

void ServiceFilter::setGroup(const std::optional<QString>& group)
{
    if (std::exchange(m_group, group) != group)
        refilter();
}

void ServiceFilter::setNames(std::optional<QSet<QString>> names)
{
    if (names == m_names)
        return;
    m_names = std::move(names);
    refilter();
}

void ServiceFilter::refilter()
{
    invalidateFilter();
    resort(); // what comes back is put where the source has it
}

void ServiceFilter::resort()
{
    if (sortColumn() >= 0)
        sort(sortColumn(), sortOrder());
}

int ServiceFilter::shownCount() const
{
    int count = 0;
    for (int row = 0; row < rowCount(); ++row) {
        const int children = rowCount(index(row, 0));
        count += children > 0 ? children : 1;
    }
    return count;
}

QModelIndex ServiceFilter::indexOf(const QString& name, int column) const
{
    return mapFromSource(static_cast<const ServiceModel*>(sourceModel())->indexOf(name, column));
}

bool ServiceFilter::isOfHost(const QModelIndex& index) const
{
    const ServiceInfo* const service = static_cast<const ServiceModel*>(sourceModel())->find(index.data(ServiceModel::NameRole).toString());
    return service && turnspit::isOfHost(*service);
}

bool ServiceFilter::filterAcceptsRow(int row, const QModelIndex& parent) const
{
    const QModelIndex index = sourceModel()->index(row, 0, parent);
    const QString name = index.data(ServiceModel::NameRole).toString();
    if (name.isEmpty())
        return false; // a group: by what is in it
    if (m_state && index.data(ServiceModel::StateRole).toInt() != static_cast<int>(*m_state))
        return false;
    if (m_names && !m_names->contains(name))
        return false;
    if (m_group && index.data(ServiceModel::GroupRole).toString() != *m_group)
        return false;
    if (m_words.isEmpty())
        return true;
    const QString text = index.data(ServiceModel::SearchRole).toString();
    return std::all_of(m_words.begin(), m_words.end(), [&](const QString& word) { return text.contains(word, Qt::CaseInsensitive); });
}

bool ServiceFilter::lessThan(const QModelIndex& left, const QModelIndex& right) const
{
    // The order that does not turn round with the arrow in the header.
    const auto fixed = [this](const auto& a, const auto& b) { return sortOrder() == Qt::AscendingOrder ? a < b : b < a; };
    const QString a = left.data(ServiceModel::NameRole).toString();
    const QString b = right.data(ServiceModel::NameRole).toString();
    if (a.isEmpty() != b.isEmpty())
        return fixed(a.isEmpty(), b.isEmpty());
    if (a.isEmpty())
        return fixed(left.data(ServiceModel::GroupRole).toString(), right.data(ServiceModel::GroupRole).toString());
    if (sortColumn() == ServiceModel::NameColumn)
        return a < b;
    if (QSortFilterProxyModel::lessThan(left, right))
        return true;
    return !QSortFilterProxyModel::lessThan(right, left) && fixed(a, b);
}

} // namespace turnspit
