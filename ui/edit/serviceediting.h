#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/control/hostsession.h>
#include <ui/services/actiontable.h>
#include <ui/services/servicerequests.h>

#include <QObject>

#include <array>

class QAction;
class QWidget;

namespace turnspit {

class HostMirror;
class Toast;

/// Add, edit, duplicate, remove, undo: the actions on service files, enabled by the table of states with the reason in the tooltip where
/// they are not, and carried out over the session. Removing asks nothing: it can be taken back, for ten seconds from the toast and after
/// that by actionUndo.
///
/// objectNames: actionAdd, actionEdit, actionDuplicate, actionRemove, actionUndo.
class ServiceEditing final : public QObject
{
    Q_OBJECT
public:
    enum Command { Add, Edit, Duplicate, Remove, Undo, CommandCount };

    /// Dialogs and the toast are over `window`. All three must outlive this.
    ServiceEditing(HostSession& session, HostMirror& mirror, QWidget& window);
    ~ServiceEditing() override;

    [[nodiscard]] QAction* action(Command command) const { return m_actions.at(static_cast<std::size_t>(command)); }

    /// The selected services. Call it as well when one of them has changed.
    void setTargets(const QStringList& names);

    /// What the actions do, for whoever has a name already (a button, the tray).
    void add();
    void edit(const QString& name);
    void duplicate(const QString& name);
    void remove(const QStringList& names);
    /// What its broken file held when it was good last is written again; the toast offers to take that back.
    void restore(const QString& name);

    [[nodiscard]] Toast& toast() const { return *m_toast; }

Q_SIGNALS:
    /// Was added here, and the mirror's model has it: who shows services may want to show this one.
    void appeared(const QString& name);

private:
    QAction* create(Command command);
    void trigger(Command command);
    void refresh();
    [[nodiscard]] QString whyNot(Command command) const;
    [[nodiscard]] QString noteOn(Command command) const;
    [[nodiscard]] QStringList allowedNames(FileCommand command) const;
    void open(const QString& original, const QString& name, const QString& text);
    void tellAppeared();
    void fail(const QString& what, const Error& error);
    Task<> openFor(QString name, bool copy);
    Task<> removeAll(QStringList names);
    Task<> takeBack(int count);
    Task<> restoreGood(QString name);
    Task<> saved(QString name, bool isNew, bool started);

    HostSession& m_session;
    HostMirror& m_mirror;
    QWidget& m_window;
    Toast* m_toast;
    std::array<QAction*, CommandCount> m_actions{};
    QStringList m_targets;
    ServiceRequests m_requests;
    QString m_awaited; ///< was added and is not in the model yet; "": none
    TaskScope m_tasks; ///< last: destroyed before what its tasks use
};

} // namespace turnspit
