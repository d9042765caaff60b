#pragma once

#include <QSortFilterProxyModel>

namespace turnspit {

/// Rows whose name, group or state contains every word that was typed, in any case. Keeps the order of the source.
class ServiceFilter final : public QSortFilterProxyModel
{
    Q_OBJECT
public:
    explicit ServiceFilter(QObject* parent = nullptr);

    void setNeedle(const QString& text);
    [[nodiscard]] bool isActive() const { return !m_words.isEmpty(); }

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

private:
    QStringList m_words;
};

} // namespace turnspit
