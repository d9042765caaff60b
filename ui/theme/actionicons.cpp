#include <ui/theme/actionicons.h>

#include <ui/theme/icons.h>

#include <QAction>
#include <QHash>

namespace turnspit {
namespace {

const QHash<QString, QString>& drawings()
{
    static const QHash<QString, QString> names{
        {QStringLiteral("actionAdd"), QStringLiteral("add")},
        {QStringLiteral("actionEdit"), QStringLiteral("edit")},
        {QStringLiteral("actionDuplicate"), QStringLiteral("duplicate")},
        {QStringLiteral("actionRemove"), QStringLiteral("remove")},
        {QStringLiteral("actionUndo"), QStringLiteral("undo")},
        {QStringLiteral("actionStart"), QStringLiteral("start")},
        {QStringLiteral("actionStop"), QStringLiteral("stop")},
        {QStringLiteral("actionRestart"), QStringLiteral("restart")},
        {QStringLiteral("actionRunNow"), QStringLiteral("run-now")},
        {QStringLiteral("actionKill"), QStringLiteral("kill")},
        {QStringLiteral("actionHold"), QStringLiteral("hold")},
        {QStringLiteral("actionHoldAll"), QStringLiteral("hold")},
        {QStringLiteral("actionResumeAll"), QStringLiteral("resume")},
        {QStringLiteral("actionFind"), QStringLiteral("find")},
        {QStringLiteral("actionPalette"), QStringLiteral("palette")},
        {QStringLiteral("actionShowRunLog"), QStringLiteral("show-log")},
        {QStringLiteral("actionImport"), QStringLiteral("import")},
        {QStringLiteral("actionExport"), QStringLiteral("export")},
        {QStringLiteral("actionClose"), QStringLiteral("close")},
        {QStringLiteral("actionQuit"), QStringLiteral("quit")},
    };
    return names;
}

} // namespace

void giveIcon(QAction& action)
{
    const auto found = drawings().constFind(action.objectName());
    if (found != drawings().constEnd() && action.icon().isNull())
        action.setIcon(actionIcon(*found));
}

void giveIcons(const QObject& owner)
{
    for (QAction* const action : owner.findChildren<QAction*>())
        giveIcon(*action);
}

} // namespace turnspit
