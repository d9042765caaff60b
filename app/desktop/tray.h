#pragma once

#include <ui/notices/notice.h>
#include <ui/tray/overall.h>

#include <QDBusConnection>
#include <QObject>

#include <memory>

class QSystemTrayIcon;

namespace turnspit {
class TrayMenu;
}

namespace turnspit::desktop {

class StatusNotifierItem;
class XTrayWatch;

/// The icon in whatever tray there is at the moment, by StatusNotifierItem where a panel knows that, else by XEmbed.
/// Trays may come late, go, and come again.
class Tray final : public QObject
{
    Q_OBJECT
public:
    explicit Tray(TrayMenu& menu, QObject* parent = nullptr);
    ~Tray() override;

    /// The session bus, once it is open.
    void useBus(const QDBusConnection& bus);

    void setLook(Overall state, const QString& text);
    /// In the panel's colour, where the panel knows how.
    void setSymbolic(bool symbolic);

    /// A person can reach the icon now.
    [[nodiscard]] bool isVisible() const;

    /// False where the tray at hand shows no messages.
    bool showMessage(const Notice& notice);

Q_SIGNALS:
    void visibleChanged();
    void activated(const QString& token);

private:
    void choose();
    void createIcon();

    TrayMenu& m_menu;
    XTrayWatch* m_xTray;
    std::unique_ptr<StatusNotifierItem> m_item;
    std::unique_ptr<QSystemTrayIcon> m_icon; ///< only where an XEmbed tray is there and no other
    Overall m_state = Overall::Unreachable;
    QString m_text;
    bool m_symbolic = false;
    bool m_wasVisible = false;
};

} // namespace turnspit::desktop
