#pragma once

#include "backupservice.h"
#include "palettes.h"

#include <ui/session/hostmirror.h>

#include <QDir>

namespace turnspit {

/// A host with a mirror for the tabs of the detail, on a Sunday in November at 13:58.
class DetailFixture : public HostFixture
{
public:
    DetailFixture()
    {
        clock.setWall(WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + std::chrono::hours(13) + std::chrono::minutes(58)));
        mirror = std::make_unique<HostMirror>(*session);
        mirror->attach();
        settle();
    }

    static QJsonObject json(const char* text) { return jsonObject(text); }
    static RunInfo run(quint64 id, const QString& service, WallTime begin, double seconds, Outcome outcome, std::optional<int> exitCode = {})
    {
        return endedRun(id, service, begin, seconds, outcome, exitCode);
    }
    void addBackup() { turnspit::addBackup(*this); }

    /// Pictures for the eye, where TURNSPIT_PICTURES names a folder: light, dark and small. False where it does not.
    static bool takesPictures() { return !qEnvironmentVariableIsEmpty("TURNSPIT_PICTURES"); }
    void picture(QWidget& widget, const QString& name);

    std::unique_ptr<HostMirror> mirror;
};

inline void DetailFixture::picture(QWidget& widget, const QString& name)
{
    const QDir folder(qEnvironmentVariable("TURNSPIT_PICTURES"));
    const QPalette light = palettes::fusion();
    const auto save = [&](const char* how) {
        settle(std::chrono::seconds(1));
        QVERIFY(widget.grab().save(folder.filePath(QStringLiteral("%1-%2.png").arg(name, QLatin1String(how)))));
    };
    widget.resize(1000, 560);
    QApplication::setPalette(light);
    save("light");
    QApplication::setPalette(palettes::dark());
    save("dark");
    QApplication::setPalette(light);
    widget.resize(800, 320);
    save("small");
    widget.resize(400, 300); // 800x600 at 200 %
    save("tiny");
}

} // namespace turnspit
