#pragma once

#include <turnspit/base/error.h>
#include <turnspit/base/places.h>

namespace turnspit::desktop {

/// What the person has told the desktop once and for all. A small file of its own, `desktop.json` in the state folder;
/// one that cannot be read is as none.
struct Preferences
{
    enum class Close { Ask, ToTray, Quit };

    Close close = Close::Ask;  ///< what the window's X does where a tray is there
    bool symbolicTray = false; ///< the tray's icon in the panel's colour

    [[nodiscard]] static Preferences load(const Places& places);
    /// Not for the main thread.
    [[nodiscard]] Result<> save(const Places& places) const;
};

} // namespace turnspit::desktop
