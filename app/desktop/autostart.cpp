#include "autostart.h"

#include <QDir>
#include <QFile>
#include <QSaveFile>

namespace turnspit::desktop {
namespace {

QString folderIn(const QString& base)
{
    return base + QStringLiteral("/autostart");
}

/// An argument of Exec=: quoted, with what is special there and in values of desktop entries escaped.
QString quoted(const QString& argument)
{
    QString out;
    for (const QChar c : argument) {
        if (c == QLatin1Char('"') || c == QLatin1Char('`') || c == QLatin1Char('$'))
            out += QStringLiteral("\\\\");
        if (c == QLatin1Char('\\'))
            out += QStringLiteral("\\\\\\");
        if (c == QLatin1Char('%'))
            out += c;
        out += c;
    }
    return QLatin1Char('"') + out + QLatin1Char('"');
}

bool isOnIn(const QString& file, bool& found)
{
    QFile entry(file);
    found = entry.open(QIODevice::ReadOnly | QIODevice::Text);
    if (!found)
        return false;
    for (const QByteArray& line : entry.readAll().split('\n')) {
        if (line.trimmed().toLower().replace(' ', "") == "hidden=true")
            return false;
    }
    return true;
}

} // namespace

const QString Autostart::fileName = QStringLiteral("org.turnspit.Turnspit.desktop");

Autostart::Folders Autostart::folders()
{
    const QString config = qEnvironmentVariable("XDG_CONFIG_HOME");
    const QString dirs = qEnvironmentVariable("XDG_CONFIG_DIRS");
    Folders folders;
    folders.user = folderIn(QDir::isAbsolutePath(config) ? config : QDir::homePath() + QStringLiteral("/.config"));
    for (const QString& dir :
         (dirs.isEmpty() ? QStringLiteral("/etc/xdg") : dirs).split(QLatin1Char(':'), Qt::SkipEmptyParts))
        folders.system += folderIn(dir);
    return folders;
}

bool Autostart::systemHasOne() const
{
    for (const QString& folder : m_folders.system) {
        bool found = false;
        const bool on = isOnIn(folder + QLatin1Char('/') + fileName, found);
        if (found)
            return on;
    }
    return false;
}

bool Autostart::isOn() const
{
    bool found = false;
    const bool on = isOnIn(userFile(), found);
    return found ? on : systemHasOne();
}

QByteArray Autostart::entry() const
{
    QStringList words;
    for (const QString& word : m_command)
        words += quoted(word);
    return QStringLiteral("[Desktop Entry]\n"
                          "Type=Application\n"
                          "Name=Turnspit\n"
                          "Icon=org.turnspit.Turnspit\n"
                          "TryExec=%1\n"
                          "Exec=%2\n"
                          "X-GNOME-Autostart-enabled=true\n")
        .arg(QString(m_command.value(0)).replace(QLatin1Char('\\'), QStringLiteral("\\\\")),
             words.join(QLatin1Char(' ')))
        .toUtf8();
}

Result<> Autostart::set(bool on) const
{
    if (on)
        return write(entry());
    if (systemHasOne())
        return write("[Desktop Entry]\nType=Application\nName=Turnspit\nHidden=true\n");
    if (QFile::exists(userFile()) && !QFile::remove(userFile()))
        return fail("cannot remove " + userFile().toStdString());
    return {};
}

Result<> Autostart::write(const QByteArray& text) const
{
    QSaveFile file(userFile());
    if (!QDir().mkpath(m_folders.user) || !file.open(QIODevice::WriteOnly) || file.write(text) != text.size() ||
        !file.commit())
        return fail("cannot write " + userFile().toStdString() + ": " + file.errorString().toStdString());
    return {};
}

} // namespace turnspit::desktop
