#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/base/clock.h>

#include <QSet>
#include <QTreeView>

namespace turnspit {

class ServiceFilter;

/// The list of services over a ServiceFilter: foldable groups, columns that a person chooses, and rows that stay where they are: what
/// changed the order moves no earlier than a second after the pointer has last moved over the list.
///
/// objectName serviceView; the menu of its header: columnMenu.
class ServiceView final : public QTreeView
{
    Q_OBJECT
public:
    explicit ServiceView(ServiceFilter& filter, QWidget* parent = nullptr);
    ~ServiceView() override;

    /// Of the selected rows, in the order they are shown; a group stands for what is shown of it.
    [[nodiscard]] QStringList selectedNames() const;
    /// Of the services whose rows are in the viewport.
    [[nodiscard]] QStringList namesInSight() const;
    /// The current service if it is selected, else the first selected one; "" where none is.
    [[nodiscard]] QString currentName() const;
    /// Makes it the only selected one and shows it; false where the filter hides it.
    bool select(const QString& name);
    /// The host's own work only where nothing else is shown.
    void selectFirst();

    /// All groups are unfolded, without forgetting which were not.
    void showAllFolds(bool all);

    /// Of a host that does not answer any more: rows are faint and without colour, for what they say is the last that is known. They
    /// are chosen as before.
    void setLastKnown(bool lastKnown);
    [[nodiscard]] bool isLastKnown() const { return m_lastKnown; }

    /// Paints what is relative to now once more.
    void tick() { viewport()->update(); }

    [[nodiscard]] QStringList folded() const;
    void setFolded(const QStringList& groups);

    /// Widths, order and choice of columns, and the sort order.
    [[nodiscard]] QByteArray columns() const;
    /// What is not such a state leaves the columns as they are.
    void setColumns(const QByteArray& state);

Q_SIGNALS:
    /// Enter or a double click on a service.
    void opened();
    /// Space.
    void toggled();
    void selectionMoved();
    /// Folds or columns are others now.
    void arrangementChanged();

protected:
    void rowsInserted(const QModelIndex& parent, int start, int end) override;
    void reset() override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void initViewItemOption(QStyleOptionViewItem* option) const override;
    bool viewportEvent(QEvent* event) override;
    void selectionChanged(const QItemSelection& selected, const QItemSelection& deselected) override;
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;

private:
    void dressGroup(const QModelIndex& index);
    void onFold(const QModelIndex& index, bool folded);
    void showColumnMenu(const QPoint& at);
    void setDefaultColumns();
    [[nodiscard]] int stateWidth() const;
    void fitName();
    void onStale();
    Task<> resortWhenCalm();

    ServiceFilter& m_filter;
    QSet<QString> m_folded;
    bool m_allUnfolded = false;
    bool m_dressing = false; ///< folds change by us, not by a person
    bool m_resorting = false;
    bool m_lastKnown = false;
    Instant m_pointerMoved{};
    Instant m_resorted{};
    TaskScope m_tasks; ///< last: destroyed before what its tasks use
};

} // namespace turnspit
