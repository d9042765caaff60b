#pragma once

#include <QAbstractNativeEventFilter>
#include <QObject>

struct xcb_connection_t;

namespace turnspit::desktop {

/// Whether a tray of the old kind (XEmbed) is there, and that one comes or goes. Elsewhere than on X11 there is none.
class XTrayWatch final : public QObject, public QAbstractNativeEventFilter
{
    Q_OBJECT
public:
    explicit XTrayWatch(QObject* parent = nullptr);
    ~XTrayWatch() override;

    [[nodiscard]] bool isPresent() const { return m_owner != 0; }

    bool nativeEventFilter(const QByteArray& eventType, void* message, qintptr* result) override;

Q_SIGNALS:
    /// Another one, too: then it comes once for each.
    void presenceChanged();

private:
    void look();

    xcb_connection_t* m_connection = nullptr; ///< null: not on X11
    unsigned m_selection = 0;
    unsigned m_manager = 0;
    unsigned m_owner = 0;
};

} // namespace turnspit::desktop
