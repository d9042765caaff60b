#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/control/hostsession.h>
#include <ui/runs/linediff.h>

#include <QDialog>

class QCheckBox;
class QLabel;
class QPushButton;
class QTreeView;
class QTreeWidget;

namespace turnspit {

class DiffModel;
class Thread;

/// Two runs of a service side by side: the facts, with those that differ in bold, and what they wrote, line by line. Reads the output by
/// itself; of a long one the end. Deletes itself when it is closed.
///
/// objectNames: compareDialog, compareFacts, compareOutput, compareNote, compareIgnoreFigures, compareShowSame, comparePrevious,
/// compareNext.
class CompareDialog final : public QDialog
{
    Q_OBJECT
public:
    static constexpr quint64 mostEntries = 20'000; ///< of each log

    /// `left`: what `right` is held against. The session must outlive it.
    CompareDialog(HostSession& session, const RunInfo& left, const RunInfo& right, QWidget* parent);
    ~CompareDialog() override;

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Output
    {
        QStringList lines;
        bool isCut = false;
        QString problem; ///< "": it was read
    };

    void createFacts(const RunInfo& left, const RunInfo& right);
    void createOutput();
    void createLayout();
    void showRows();
    void go(int step);
    Task<> load(RunInfo left, RunInfo right);
    Task<Output> read(QString service, RunId run);
    Task<> compare(int generation);

    HostSession& m_session;
    QTreeWidget* m_facts;
    QTreeView* m_view;
    DiffModel* m_model;
    QLabel* m_note;
    QCheckBox* m_ignoreFigures;
    QCheckBox* m_showSame;
    QPushButton* m_previous;
    QPushButton* m_next;
    QList<DiffRow> m_rows;
    QString m_problem; ///< why there is nothing to see; "": there is
    bool m_isCut = false;
    bool m_isRead = false;
    int m_generation = 0;
    std::unique_ptr<Thread> m_thread; ///< looks for what is common
    TaskScope m_tasks;                ///< last: destroyed before what its tasks use
};

} // namespace turnspit
