#pragma once

#include <turnspit/base/states.h>

#include <QSet>
#include <QSortFilterProxyModel>

#include <optional>

namespace turnspit {

/// The rows of a ServiceModel that a person wants to see: name, group or state contain every word that was typed, in any case; of one
/// state; of one group; of some names. A group is there as long as one of its services is.
///
/// Sorts within groups, whose own order stays. Nothing moves by itself: what a change makes wrong in the order is told by orderIsStale,
/// and put right by resort().
class ServiceFilter final : public QSortFilterProxyModel
{
    Q_OBJECT
public:
    explicit ServiceFilter(QObject* parent = nullptr);

    void setSourceModel(QAbstractItemModel* model) override;

    void setNeedle(const QString& text);
    void setState(std::optional<ServiceState> state);
    /// Null: all; "": those without one.
    void setGroup(const std::optional<QString>& group);
    /// Null: all.
    void setNames(std::optional<QSet<QString>> names);
    [[nodiscard]] std::optional<ServiceState> state() const { return m_state; }
    [[nodiscard]] const std::optional<QString>& group() const { return m_group; }
    [[nodiscard]] bool hasNeedle() const { return !m_words.isEmpty(); }
    [[nodiscard]] bool isActive() const { return hasNeedle() || m_state || m_group || m_names; }

    /// Of services, in whichever group.
    [[nodiscard]] int shownCount() const;

    [[nodiscard]] QModelIndex indexOf(const QString& name, int column = 0) const;
    /// A service that is part of the host itself; a group never is.
    [[nodiscard]] bool isOfHost(const QModelIndex& index) const;

    void resort();

Q_SIGNALS:
    void orderIsStale();

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

private:
    void refilter();
    void onDataChanged(const QModelIndex& from, const QModelIndex& to, const QList<int>& roles);

    QStringList m_words;
    std::optional<ServiceState> m_state;
    std::optional<QString> m_group;
    std::optional<QSet<QString>> m_names;
};

} // namespace turnspit
