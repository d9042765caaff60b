#pragma once

#include <ui/runs/linediff.h>

#include <QAbstractTableModel>

namespace turnspit {

/// Rows of a comparison: a mark that says what is different, the line on the left, the line on the right.
class DiffModel final : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { MarkColumn, LeftColumn, RightColumn, ColumnCount };

    /// What the two sides are called.
    DiffModel(QString left, QString right, QObject* parent);

    void setLines(const QStringList& left, const QStringList& right);
    void setRows(const QList<DiffRow>& rows);
    [[nodiscard]] const QStringList& left() const { return m_left; }
    [[nodiscard]] const QStringList& right() const { return m_right; }

    /// The next stretch of rows that differ, counted from this row; -1: none.
    [[nodiscard]] int differenceAfter(int row) const;
    [[nodiscard]] int differenceBefore(int row) const;

    /// The colours behind what differs are other ones now.
    void paletteChanged();

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    [[nodiscard]] bool differs(int row) const;
    [[nodiscard]] bool beginsDifference(int row) const;
    [[nodiscard]] QString text(const DiffRow& row, int column) const;
    [[nodiscard]] QString spoken(const DiffRow& row) const;
    [[nodiscard]] QVariant background(const DiffRow& row, int column) const;

    QString m_leftName;
    QString m_rightName;
    QStringList m_left;
    QStringList m_right;
    QList<DiffRow> m_rows;
};

} // namespace turnspit
