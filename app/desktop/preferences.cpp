#include "preferences.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>

namespace turnspit::desktop {
namespace {

QString fileOf(const Places& places)
{
    return QString::fromStdString(places.state) + QStringLiteral("/desktop.json");
}

} // namespace

Preferences Preferences::load(const Places& places)
{
    Preferences preferences;
    QFile file(fileOf(places));
    if (!file.open(QIODevice::ReadOnly))
        return preferences;
    const QJsonObject object = QJsonDocument::fromJson(file.readAll()).object();
    preferences.symbolicTray = object.value(QLatin1String("symbolic_tray")).toBool();
    const QString close = object.value(QLatin1String("close")).toString();
    if (close == QLatin1String("tray"))
        preferences.close = Close::ToTray;
    else if (close == QLatin1String("quit"))
        preferences.close = Close::Quit;
    return preferences;
}

Result<> Preferences::save(const Places& places) const
{
    QJsonObject object;
    if (close != Close::Ask)
        object.insert(QLatin1String("close"), close == Close::ToTray ? QStringLiteral("tray") : QStringLiteral("quit"));
    if (symbolicTray)
        object.insert(QLatin1String("symbolic_tray"), true);
    QSaveFile file(fileOf(places));
    const QByteArray text = QJsonDocument(object).toJson();
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size() || !file.commit())
        return fail("cannot write " + fileOf(places).toStdString() + ": " + file.errorString().toStdString());
    return {};
}

} // namespace turnspit::desktop
