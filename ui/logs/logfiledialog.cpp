#include <ui/logs/logfiledialog.h>

#include <ui/logs/savedialog.h>

#include <QCoreApplication>

namespace turnspit {
namespace {

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(turnspit::LogFileDialog)
};

} // namespace

void askForLogFile(QWidget& parent, const QString& title, const QString& name,
                   std::function<void(const QString& path, LogExport::Format format)> chosen)
{
    auto* dialog = new SaveDialog(parent, title, name + QStringLiteral(".log"));
    dialog->setObjectName(QStringLiteral("logExportDialog"));
    const QString withTimes = Texts::tr("Log with times (*.log)");
    const QString plain = Texts::tr("Plain text (*.txt)");
    dialog->setNameFilters({withTimes, plain});
    dialog->setDefaultSuffix(QStringLiteral("log"));
    QObject::connect(dialog, &QFileDialog::filterSelected, dialog, [dialog, plain](const QString& filter) {
        dialog->setDefaultSuffix(filter == plain ? QStringLiteral("txt") : QStringLiteral("log"));
    });
    QObject::connect(dialog, &QFileDialog::fileSelected, &parent, [chosen = std::move(chosen)](const QString& path) {
        const bool text = path.endsWith(QLatin1String(".txt"), Qt::CaseInsensitive);
        chosen(path, text ? LogExport::Format::Plain : LogExport::Format::WithTimes);
    });
    dialog->open();
}

} // namespace turnspit
