#pragma once

#include <turnspit/async/taskscope.h>

#include <QFileDialog>

#include <optional>

namespace turnspit {

/// Asks where something should be saved, beginning where a person looks for own files. Where a file of that name is there already, it asks
/// whether it may be replaced: looked up on a thread of its own and asked without waiting, which Qt's own question does not do; Enter and
/// Esc keep the file, and the dialog stays for another name.
///
/// fileSelected once, when all of that is answered. Deletes itself when closed. objectNames: replaceDialog, replaceButton, keepButton.
class SaveDialog final : public QFileDialog
{
    Q_OBJECT
public:
    /// `name`: what the file is called if nobody says otherwise, with its ending.
    SaveDialog(QWidget& parent, const QString& title, const QString& name);
    ~SaveDialog() override;

protected:
    void accept() override;

private:
    Task<> look(QString path);
    void ask(const QString& path);
    void agree(const QString& path);

    std::optional<QString> m_agreed; ///< nothing is lost where this is written
    bool m_looking = false;
    TaskScope m_tasks; ///< last: destroyed before what its tasks use
};

} // namespace turnspit
