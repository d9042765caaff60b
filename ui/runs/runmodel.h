#pragma once

#include <turnspit/control/values.h>

#include <QAbstractTableModel>

namespace turnspit {

/// Runs of one service as rows, newest first, as far as they are loaded: who comes to the end asks for more. Views do not by themselves:
/// they would ask as soon as they have no size yet. Changes by spans; a reset is for other runs altogether (another service, another filter).
class RunModel final : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { NumberColumn, StartedColumn, TookColumn, ResultColumn, TriggerColumn, MemoryColumn, CpuColumn, LinesColumn, ColumnCount };

    explicit RunModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

    /// None, and no more to come.
    void clear();

    /// The newest runs, in any order: known ones are brought up to date, the others put in their places.
    void merge(QList<RunInfo> runs);

    /// Asks for the page after the last row, unless there is none or it is on its way.
    void wantMore();

    /// The next page. `more`: there are older ones.
    void append(const QList<RunInfo>& runs, bool more);

    /// What a page that was asked for and did not come leaves behind: it may be asked for again.
    void giveUpPage() { m_loading = false; }

    /// What is shown relative to now has moved on.
    void tick();

    [[nodiscard]] const QList<RunInfo>& runs() const { return m_runs; }
    [[nodiscard]] bool hasMore() const { return m_more; }
    /// -1 where it is not loaded.
    [[nodiscard]] int rowOf(RunId id) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

Q_SIGNALS:
    /// Runs older than the last row; once until append or giveUpPage.
    void pageWanted();

private:
    [[nodiscard]] static QString display(const RunInfo& run, int column);
    [[nodiscard]] static QString toolTip(const RunInfo& run, int column);

    QList<RunInfo> m_runs; ///< falling ids
    bool m_more = false;
    bool m_loading = false;
};

} // namespace turnspit
