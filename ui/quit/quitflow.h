#pragma once

#include <turnspit/control/hostsession.h>

#include <QObject>
#include <QPointer>

#include <memory>

class QWidget;

namespace turnspit {

class HostMirror;
class QuitDialog;
class QuitPlan;

/// Quitting with services at work: the plan that stops them, the dialog that shows it, and the way back. Session and
/// mirror must outlive it.
class QuitFlow final : public QObject
{
    Q_OBJECT
public:
    QuitFlow(HostSession& session, const HostMirror& mirror, QObject* parent = nullptr);
    ~QuitFlow() override;

    [[nodiscard]] bool isUnderWay() const { return m_underWay; }

    /// Begins, or shows again what is under way. `window`: over which it is shown, null: on its own. `canHide`: a tray
    /// shows that it goes on. Where nothing runs, ended comes without a dialog.
    void quit(QWidget* window, bool canHide);

Q_SIGNALS:
    void underWayChanged();
    /// Nothing of the services is left, or nothing more can be done about it.
    void ended();
    /// The person wants to see none of it until it is over.
    void hidden();

private:
    void begin();
    void showDialog(QWidget* window, bool canHide);
    void stay();
    void offerStart(const QStringList& names, QWidget* window);
    void setUnderWay(bool underWay);

    HostSession& m_session;
    const HostMirror& m_mirror;
    std::unique_ptr<QuitPlan> m_plan; ///< of the last time, too: it may start again what it stopped
    QPointer<QuitDialog> m_dialog;
    bool m_underWay = false;
};

} // namespace turnspit
