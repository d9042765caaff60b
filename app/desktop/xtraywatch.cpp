#include "xtraywatch.h"

#include <QGuiApplication>
#include <QMetaObject>
#include <QtGui/qguiapplication_platform.h>

#include <cstdlib>
#include <memory>
#include <string>

#include <xcb/xcb.h>

namespace turnspit::desktop {
namespace {

struct Free
{
    void operator()(void* reply) const { std::free(reply); }
};

unsigned atom(xcb_connection_t* connection, const std::string& name)
{
    const auto cookie = xcb_intern_atom(connection, 0, static_cast<std::uint16_t>(name.size()), name.c_str());
    const std::unique_ptr<xcb_intern_atom_reply_t, Free> reply(xcb_intern_atom_reply(connection, cookie, nullptr));
    return reply ? reply->atom : 0;
}

int screenNumber()
{
    char* host = nullptr;
    int display = 0;
    int screen = 0;
    if (!xcb_parse_display(nullptr, &host, &display, &screen))
        return 0;
    std::free(host);
    return screen;
}

} // namespace

XTrayWatch::XTrayWatch(QObject* parent) : QObject(parent)
{
    auto* const x11 = qGuiApp->nativeInterface<QNativeInterface::QX11Application>();
    // The offscreen platform has this interface too, and a connection to an X server only where there happens to be one.
    xcb_connection_t* const connection = x11 && QGuiApplication::platformName() == QLatin1String("xcb") ? x11->connection() : nullptr;
    if (!connection || xcb_connection_has_error(connection) != 0)
        return;
    m_connection = connection;
    m_selection = atom(m_connection, "_NET_SYSTEM_TRAY_S" + std::to_string(screenNumber()));
    m_manager = atom(m_connection, "MANAGER");
    qGuiApp->installNativeEventFilter(this);
    look();
}

XTrayWatch::~XTrayWatch()
{
    if (m_connection)
        qGuiApp->removeNativeEventFilter(this);
}

void XTrayWatch::look()
{
    const auto cookie = xcb_get_selection_owner(m_connection, m_selection);
    const std::unique_ptr<xcb_get_selection_owner_reply_t, Free> reply(
        xcb_get_selection_owner_reply(m_connection, cookie, nullptr));
    const unsigned owner = reply ? reply->owner : 0;
    if (owner != 0) {
        const std::uint32_t mask = XCB_EVENT_MASK_STRUCTURE_NOTIFY; // tells its end
        xcb_change_window_attributes(m_connection, owner, XCB_CW_EVENT_MASK, &mask);
        xcb_flush(m_connection);
    }
    if (owner != std::exchange(m_owner, owner))
        Q_EMIT presenceChanged();
}

bool XTrayWatch::nativeEventFilter(const QByteArray& eventType, void* message, qintptr*)
{
    if (eventType != "xcb_generic_event_t")
        return false;
    const auto* const event = static_cast<const xcb_generic_event_t*>(message);
    bool concerns = false;
    switch (event->response_type & 0x7f) {
    case XCB_CLIENT_MESSAGE: { // a new owner of the selection says so on the root window
        const auto* const said = reinterpret_cast<const xcb_client_message_event_t*>(event);
        concerns = said->type == m_manager && said->data.data32[1] == m_selection;
        break;
    }
    case XCB_DESTROY_NOTIFY:
        concerns = m_owner != 0 && reinterpret_cast<const xcb_destroy_notify_event_t*>(event)->window == m_owner;
        break;
    default:
        break;
    }
    // Not in the middle of Qt's own handling of the event.
    if (concerns)
        QMetaObject::invokeMethod(this, &XTrayWatch::look, Qt::QueuedConnection);
    return false;
}

} // namespace turnspit::desktop
