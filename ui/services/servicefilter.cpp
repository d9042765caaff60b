#include <ui/services/servicefilter.h>

#include <ui/services/servicemodel.h>

namespace turnspit {

ServiceFilter::ServiceFilter(QObject* parent) : QSortFilterProxyModel(parent)
{
    setSortRole(ServiceModel::SortRole);
    setFilterRole(ServiceModel::SearchRole);
}

void ServiceFilter::setNeedle(const QString& text)
{
    const QStringList needles = text.simplified().split(QLatin1Char(' '), Qt::SkipEmptyParts);
    if (needles == m_words)
        return;
    m_words = needles;
    invalidateFilter();
}

bool ServiceFilter::filterAcceptsRow(int row, const QModelIndex& parent) const
{
    if (m_words.isEmpty())
        return true;
    const QString text = sourceModel()->index(row, 0, parent).data(ServiceModel::SearchRole).toString();
    return std::all_of(m_words.begin(), m_words.end(), [&](const QString& word) { return text.contains(word, Qt::CaseInsensitive); });
}

} // namespace turnspit
