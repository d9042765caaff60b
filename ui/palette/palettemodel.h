#pragma once

#include <ui/palette/palettesearch.h>

#include <QAbstractListModel>

namespace turnspit {

/// The hits of the palette as rows, the best first.
class PaletteModel final : public QAbstractListModel
{
    Q_OBJECT
public:
    enum Role {
        KeysRole = Qt::UserRole + 1, ///< the text of the keys
        WhyRole,                     ///< why it cannot be done now; "" where it can
    };

    using QAbstractListModel::QAbstractListModel;

    /// Rows come and go at the end; those that stay change.
    void show(QList<PaletteHit> hits, const QList<ServiceVerb>& verbs);
    [[nodiscard]] const PaletteHit* at(int row) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

private:
    QList<PaletteHit> m_hits;
    QList<QString> m_icons;
};

} // namespace turnspit
