#pragma once

#include <ui/palette/serviceverb.h>

#include <QObject>

class QAction;
class QMainWindow;

namespace turnspit {

class CommandPalette;
class HostMirror;
class ServiceEditing;

/// The command palette of a window over a host: its key, what it offers, and how that is carried out. The window's own actions are
/// those of its menus.
///
/// objectNames: actionPalette and those of CommandPalette.
class WindowPalette final : public QObject
{
    Q_OBJECT
public:
    struct Hooks
    {
        std::function<QString()> current;                ///< the selected service, "" for none
        std::function<void()> refreshTargets;            ///< the actions' targets are the selected ones again
        std::function<void(const QString& name)> showLog;
    };

    /// All outlive this.
    WindowPalette(QMainWindow& window, ServiceActions& actions, ServiceEditing& editing, const HostMirror& mirror, Hooks hooks);

    /// Opens it; for a menu.
    [[nodiscard]] QAction* action() const { return m_action; }

private:
    void open();
    void ask(ServiceCommand command, const QString& name);
    [[nodiscard]] QList<QAction*> windowActions() const;

    QMainWindow& m_window;
    ServiceActions& m_actions;
    ServiceEditing& m_editing;
    const HostMirror& m_mirror;
    Hooks m_hooks;
    QAction* m_action;
    CommandPalette* m_palette;
    QList<ServiceVerb> m_verbs;
};

} // namespace turnspit
