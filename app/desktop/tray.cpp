#include "tray.h"

#include "statusnotifieritem.h"
#include "xtraywatch.h"

#include <ui/tray/traymenu.h>

#include <QMenu>
#include <QSystemTrayIcon>

#include <utility>

namespace turnspit::desktop {

Tray::Tray(TrayMenu& menu, QObject* parent) : QObject(parent), m_menu(menu), m_xTray(new XTrayWatch(this))
{
    connect(m_xTray, &XTrayWatch::presenceChanged, this, [this] {
        m_icon.reset(); // it belonged to the tray before this one
        choose();
    });
    choose();
}

Tray::~Tray() = default;

void Tray::useBus(const QDBusConnection& bus)
{
    m_item = std::make_unique<StatusNotifierItem>(bus, m_menu.menu());
    m_item->setLook(m_state, m_text);
    m_item->setSymbolic(m_symbolic);
    connect(m_item.get(), &StatusNotifierItem::shownChanged, this, &Tray::choose);
    connect(m_item.get(), &StatusNotifierItem::activated, this, &Tray::activated);
}

bool Tray::isVisible() const
{
    return (m_item && m_item->isShown()) || (m_icon && m_xTray->isPresent());
}

void Tray::choose()
{
    const bool byBus = m_item && m_item->isShown();
    if (byBus || !m_xTray->isPresent())
        m_icon.reset();
    else if (!m_icon)
        createIcon();
    if (isVisible() != std::exchange(m_wasVisible, isVisible()))
        Q_EMIT visibleChanged();
}

void Tray::createIcon()
{
    m_icon = std::make_unique<QSystemTrayIcon>();
    m_icon->setContextMenu(&m_menu.menu());
    connect(m_icon.get(), &QSystemTrayIcon::activated, this, [this](QSystemTrayIcon::ActivationReason reason) {
        if (reason == QSystemTrayIcon::Trigger)
            Q_EMIT activated({});
    });
    m_icon->setIcon(trayIcon(shapeOf(m_state)));
    m_icon->setToolTip(tr("Turnspit — %1").arg(m_text));
    m_icon->show();
}

void Tray::setLook(Overall state, const QString& text)
{
    const bool changes = std::exchange(m_state, state) != state;
    const bool says = std::exchange(m_text, text) != text;
    if (m_item)
        m_item->setLook(state, text);
    // An icon that is set is drawn, whether it is another one or not.
    if (m_icon && changes)
        m_icon->setIcon(trayIcon(shapeOf(state)));
    if (m_icon && says)
        m_icon->setToolTip(tr("Turnspit — %1").arg(text));
}

void Tray::setSymbolic(bool symbolic)
{
    m_symbolic = symbolic;
    if (m_item)
        m_item->setSymbolic(symbolic);
}

bool Tray::showMessage(const Notice& notice)
{
    if (!m_icon || !QSystemTrayIcon::supportsMessages())
        return false;
    const auto icon = notice.urgency == Notice::Urgency::Low ? QSystemTrayIcon::Information : QSystemTrayIcon::Warning;
    m_icon->showMessage(notice.summary, notice.body, icon);
    return true;
}

} // namespace turnspit::desktop
