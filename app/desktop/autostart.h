#pragma once

#include <turnspit/base/error.h>

#include <QString>
#include <QStringList>

namespace turnspit::desktop {

/// Starting with the person's login, as the Autostart specification has it: a desktop entry in a folder.
/// Reads and writes files: not for the main thread.
class Autostart
{
public:
    struct Folders
    {
        QString user;       ///< `$XDG_CONFIG_HOME/autostart`
        QStringList system; ///< `autostart` in each of `$XDG_CONFIG_DIRS`
    };

    /// `command`: the program with its arguments.
    Autostart(Folders folders, QStringList command) : m_folders(std::move(folders)), m_command(std::move(command)) {}

    /// Of this process' environment.
    [[nodiscard]] static Folders folders();

    [[nodiscard]] bool isOn() const;

    /// Off: our file goes, or says `Hidden=true` where the system has one that would start us.
    [[nodiscard]] Result<> set(bool on) const;

    static const QString fileName;

private:
    [[nodiscard]] QString userFile() const { return m_folders.user + QLatin1Char('/') + fileName; }
    [[nodiscard]] bool systemHasOne() const;
    [[nodiscard]] Result<> write(const QByteArray& text) const;
    [[nodiscard]] QByteArray entry() const;

    Folders m_folders;
    QStringList m_command;
};

} // namespace turnspit::desktop
