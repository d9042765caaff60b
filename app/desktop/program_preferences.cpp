#include "program.h"

#include "tray.h"

#include <ui/text/words.h>
#include <ui/theme/icons.h>

#include <QAction>
#include <QStandardPaths>

/// What the person has told the program once and for all, and where that is kept.
namespace turnspit::desktop {

// ---- start at login -------------------------------------------------------------------------------------------------------------

void Program::readStartAtLogin()
{
    m_files.mailbox()->post([this, autostart = m_autostart, alive = std::weak_ptr(m_alive), home = Mailbox::current()] {
        home->post([this, alive, on = autostart.isOn()] {
            if (!alive.expired())
                startAtLoginIs(on);
        });
    });
}

void Program::setStartAtLogin(bool on)
{
    m_files.mailbox()->post([this, on, autostart = m_autostart, alive = std::weak_ptr(m_alive), home = Mailbox::current()] {
        const Result<> done = autostart.set(on);
        home->post([this, alive, done, isOn = autostart.isOn()] {
            if (alive.expired())
                return;
            startAtLoginIs(isOn);
            if (!done)
                tell(QStringLiteral("start-at-login"), words::error(done.error()));
        });
    });
}

void Program::startAtLoginIs(bool on)
{
    m_startsAtLogin = on;
    m_atLogin->setChecked(on);
    refreshTray();
}

// ---- preferences ----------------------------------------------------------------------------------------------------------------

void Program::lookForTraySymbols()
{
    m_files.mailbox()->post([this, alive = std::weak_ptr(m_alive), home = Mailbox::current()] {
        const QString file = QStringLiteral("icons/hicolor/symbolic/apps/%1.svg").arg(traySymbolName(TrayShape::Filled));
        home->post([this, alive, installed = !QStandardPaths::locate(QStandardPaths::GenericDataLocation, file).isEmpty()] {
            if (alive.expired())
                return;
            m_symbolicTray->setVisible(installed);
            m_symbolicTray->setChecked(installed && m_options.preferences.symbolicTray);
            m_tray->setSymbolic(m_symbolicTray->isChecked());
        });
    });
}

void Program::setSymbolicTray(bool on)
{
    m_tray->setSymbolic(on);
    m_options.preferences.symbolicTray = on;
    savePreferences();
}

void Program::savePreferences()
{
    m_files.mailbox()->post([preferences = m_options.preferences, places = m_options.places] {
        // Not kept: the person sees so next time, which tells enough.
        static_cast<void>(preferences.save(places));
    });
}

} // namespace turnspit::desktop
