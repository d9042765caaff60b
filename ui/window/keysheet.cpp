#include <ui/window/keysheet.h>

#include <ui/window/screenfit.h>

#include <QAction>
#include <QDialogButtonBox>
#include <QHeaderView>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace turnspit {

KeySheet::KeySheet(const QList<QAction*>& actions, const QList<Row>& others, QWidget* parent) : QDialog(parent)
{
    setObjectName(QStringLiteral("keySheet"));
    setWindowTitle(tr("Keys"));
    setAttribute(Qt::WA_DeleteOnClose);
    auto* list = new QTreeWidget(this);
    list->setObjectName(QStringLiteral("keyList"));
    list->setAccessibleName(tr("Keys and what they do"));
    list->setHeaderLabels({tr("What"), tr("Keys")});
    list->setRootIsDecorated(false);
    list->setUniformRowHeights(true);
    list->setAlternatingRowColors(true);
    const auto add = [list](const QString& what, const QString& keys) { list->addTopLevelItem(new QTreeWidgetItem({what, keys})); };
    for (const QAction* const action : actions) {
        QStringList keys;
        for (const QKeySequence& sequence : action->shortcuts())
            keys += sequence.toString(QKeySequence::NativeText);
        if (!keys.isEmpty() && action->isVisible())
            add(action->text().remove(QLatin1Char('&')), keys.join(tr(" or ", "between two keys that do the same")));
    }
    for (const Row& row : others)
        add(row.what, row.keys);
    list->sortItems(0, Qt::AscendingOrder);
    list->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    list->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    list->header()->setStretchLastSection(false);

    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(list);
    layout->addWidget(buttons);
    resizeOnScreen(*this, {60 * fontMetrics().averageCharWidth(), 26 * fontMetrics().height()});
}

} // namespace turnspit
