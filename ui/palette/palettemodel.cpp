#include <ui/palette/palettemodel.h>

#include <ui/theme/icons.h>

#include <QAction>

namespace turnspit {

void PaletteModel::show(QList<PaletteHit> hits, const QList<ServiceVerb>& verbs)
{
    QList<QString> icons;
    for (const PaletteHit& hit : std::as_const(hits))
        icons += hit.verb >= 0 ? verbs[hit.verb].icon : QString();
    const qsizetype before = m_hits.size();
    const qsizetype after = hits.size();
    if (after < before) {
        beginRemoveRows({}, static_cast<int>(after), static_cast<int>(before) - 1);
        m_hits.resize(after);
        m_icons.resize(after);
        endRemoveRows();
    } else if (after > before) {
        beginInsertRows({}, static_cast<int>(before), static_cast<int>(after) - 1);
    }
    m_hits = std::move(hits);
    m_icons = std::move(icons);
    if (after > before)
        endInsertRows();
    if (const qsizetype stayed = std::min(before, after); stayed > 0)
        Q_EMIT dataChanged(index(0), index(static_cast<int>(stayed) - 1));
}

const PaletteHit* PaletteModel::at(int row) const
{
    return row >= 0 && row < m_hits.size() ? &m_hits[row] : nullptr;
}

int PaletteModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_hits.size());
}

QVariant PaletteModel::data(const QModelIndex& index, int role) const
{
    const PaletteHit* const hit = at(index.row());
    if (!hit)
        return {};
    switch (role) {
    case Qt::DisplayRole:
        return hit->text;
    case Qt::DecorationRole:
        if (hit->verb >= 0)
            return QVariant::fromValue(actionIcon(m_icons[index.row()]));
        return hit->action ? QVariant::fromValue(hit->action->icon()) : QVariant();
    case Qt::ToolTipRole:
        return hit->commandLine;
    case Qt::AccessibleTextRole:
        return hit->why.isEmpty() ? hit->text : tr("%1, not possible: %2", "an action, a reason").arg(hit->text, hit->why);
    case KeysRole:
        return hit->keys;
    case WhyRole:
        return hit->why;
    default:
        return {};
    }
}

} // namespace turnspit
