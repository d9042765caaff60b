#pragma once

#include <ui/services/holdspan.h>
#include <ui/tray/quickactions.h>

#include <array>
#include <memory>
#include <optional>

class QAction;
class QMenu;

namespace turnspit {

/// The menu of the tray icon. Built once, with a fixed number of slots: afterwards only texts, icons and visibility
/// change, since hosts of trays mis-size and lose menus that grow. Everything that the icon can do is in it.
///
/// Failed services first, then those that were used last here, then by name; the order stays while the menu is open.
/// objectNames: trayMenu, traySlot0 to traySlot9, trayMore, trayHold with trayHoldHour, trayHoldTomorrow and
/// trayHoldResumed in it, trayResume, trayHoldNotices with trayHoldNoticesHour and trayHoldNoticesTomorrow in it,
/// trayResumeNotices, trayOpen, trayStartHere, trayStartAtLogin, trayQuit.
class TrayMenu final : public QObject
{
    Q_OBJECT
public:
    static constexpr int slotCount = 10;

    struct Content
    {
        QList<ServiceInfo> services; ///< sorted by name
        QStringList unseen;          ///< failures that nobody has looked at, newest first
        bool live = false;           ///< a host answers
        bool inProcess = true;       ///< quitting stops the services
        bool canStartHere = false;   ///< no host has the state folder
        bool quitting = false;
        bool startsAtLogin = false;
        QHash<QString, WallTime> holdEnds = {}; ///< of the holds that end by themselves
        std::optional<WallTime> noticesHeldUntil = {};
    };

    explicit TrayMenu(QObject* parent = nullptr);
    ~TrayMenu() override;

    [[nodiscard]] QMenu& menu() const { return *m_menu; }

    void setContent(const Content& content, WallTime now);

    /// Somebody looks at the menu; also told by hosts that show it themselves.
    void setOpen(bool open);

Q_SIGNALS:
    void asked(turnspit::QuickCommand command, const QStringList& names);
    void holdAsked(turnspit::HoldSpan span, const QStringList& names);
    void noticeHoldAsked(turnspit::HoldSpan span);
    void noticesAsked();
    void showLog(const QString& name);
    void openWindow();
    void startHere();
    void startAtLogin(bool on);
    void quit();

private:
    struct Slot
    {
        QMenu* menu = nullptr;
        QAction* start = nullptr;
        QAction* runNow = nullptr;
        QAction* restart = nullptr;
        QAction* stop = nullptr;
        QAction* hold = nullptr;
        QString name;
        bool held = false;
        std::optional<ServiceState> icon;
    };

    void createSlot(Slot& slot, int number);
    void createHold();
    void ask(QuickCommand command, const Slot& slot);
    void arrange();
    void fill(Slot& slot, const ServiceInfo* service, WallTime now) const;
    QAction* add(const char* objectName);

    std::unique_ptr<QMenu> m_menu;
    std::array<Slot, slotCount> m_slots;
    QAction* m_more;
    QMenu* m_hold;
    QAction* m_resume;
    QAction* m_resumeNotices;
    QAction* m_open;
    QAction* m_startHere;
    QAction* m_atLogin;
    QAction* m_quit;
    Content m_content;
    QStringList m_order; ///< names in the slots
    QStringList m_used;  ///< last used first
    Schedules m_schedules;
    bool m_isOpen = false;
};

} // namespace turnspit
