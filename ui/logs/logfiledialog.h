#pragma once

#include <ui/logs/logexport.h>

#include <functional>

class QWidget;

namespace turnspit {

/// Asks where lines of a log should go; the ending of the name decides how they look there. `name`: what the file is called if nobody
/// says otherwise, without an ending. `chosen` is not called after `parent` has gone. objectName: logExportDialog.
void askForLogFile(QWidget& parent, const QString& title, const QString& name,
                   std::function<void(const QString& path, LogExport::Format format)> chosen);

} // namespace turnspit
