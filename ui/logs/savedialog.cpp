#include <ui/logs/savedialog.h>

#include <turnspit/async/onthread.h>

#include <QDir>
#include <QFileInfo>
#include <QMessageBox>
#include <QPushButton>
#include <QStandardPaths>

namespace turnspit {
namespace {

QString folderForExports()
{
    const QString documents = QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
    return QFileInfo(documents).isDir() ? documents : QDir::homePath();
}

} // namespace

SaveDialog::SaveDialog(QWidget& parent, const QString& title, const QString& name) : QFileDialog(&parent, title)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setAcceptMode(QFileDialog::AcceptSave);
    setFileMode(QFileDialog::AnyFile);
    setOption(QFileDialog::DontConfirmOverwrite); // it would wait for the answer
    setDirectory(folderForExports());
    selectFile(name);
}

SaveDialog::~SaveDialog() = default;

void SaveDialog::accept()
{
    const QString path = selectedFiles().value(0);
    if (path.isEmpty() || m_agreed == path)
        return QFileDialog::accept();
    if (!std::exchange(m_looking, true))
        m_tasks.spawn(look(path));
}

Task<> SaveDialog::look(QString path)
{
    Thread files(QStringLiteral("save"));
    const bool isFile = co_await onThread(files, [path] { return QFileInfo(path).isFile(); });
    m_looking = false;
    if (isFile)
        ask(path);
    else
        agree(path); // a folder is entered
}

void SaveDialog::agree(const QString& path)
{
    m_agreed = path;
    QFileDialog::accept();
}

void SaveDialog::ask(const QString& path)
{
    // The desktop's own dialog has gone by now.
    const bool isOurs = !testAttribute(Qt::WA_DontShowOnScreen);
    auto* box = new QMessageBox(QMessageBox::Warning, windowTitle(), tr("Replace %1?", "a file").arg(QFileInfo(path).fileName()), QMessageBox::NoButton,
                                isOurs ? this : parentWidget());
    box->setObjectName(QStringLiteral("replaceDialog"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(tr("A file of this name is there already. What is in it would be lost."));
    QPushButton* const replace = box->addButton(tr("&Replace"), QMessageBox::DestructiveRole);
    QPushButton* const keep = box->addButton(tr("&Keep it"), QMessageBox::RejectRole);
    replace->setObjectName(QStringLiteral("replaceButton"));
    replace->setAccessibleName(tr("Replace"));
    keep->setObjectName(QStringLiteral("keepButton"));
    keep->setAccessibleName(tr("Keep it"));
    box->setDefaultButton(keep);
    box->setEscapeButton(keep);
    connect(box, &QMessageBox::finished, this, [this, box, replace, path, isOurs] {
        if (box->clickedButton() == replace)
            agree(path);
        else if (!isOurs)
            reject();
    });
    box->open();
}

} // namespace turnspit
