#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/control/hostsession.h>

class QAction;
class QMenu;

namespace turnspit {

/// Services to try Turnspit with, made of nothing but the demo program that comes with it. They are of the group `examples`, and that
/// is how they are found again.
///
/// objectNames: exampleMenu, actionRemoveExamples.
class Examples final : public QObject
{
    Q_OBJECT
public:
    /// `program`: path of turnspit-demo; "" where it is not there: then there is nothing to try. The session must outlive it.
    Examples(HostSession& session, QString program, QWidget* parent);
    ~Examples() override;

    [[nodiscard]] static QString group() { return QStringLiteral("examples"); }

    [[nodiscard]] bool isAvailable() const { return !m_program.isEmpty(); }
    /// What can be added. Made once.
    [[nodiscard]] QMenu* menu() const { return m_menu; }
    /// Shown while there are some.
    [[nodiscard]] QAction* removal() const { return m_removal; }

    void setServices(const QList<ServiceInfo>& services, bool live);

Q_SIGNALS:
    /// The example is there, under this name.
    void added(const QString& name);
    void removalRequested(const QStringList& names);
    /// A sentence for a person.
    void failed(const QString& why);

private:
    struct Example;
    void addToMenu(const Example& example);
    Task<> add(QString name, QString text);

    HostSession& m_session;
    QString m_program;
    QMenu* m_menu;
    QAction* m_removal;
    QStringList m_present;
    TaskScope m_tasks; ///< last: destroyed before what its tasks use
};

} // namespace turnspit
