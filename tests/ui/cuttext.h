#pragma once

#include <QAbstractButton>
#include <QAbstractScrollArea>
#include <QAbstractSpinBox>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QStyle>
#include <QStyleOptionButton>
#include <QStyleOptionComboBox>
#include <QTabBar>
#include <QTreeWidget>

/// Finds text that does not fit where it stands, by comparing what widgets ask for to what they have got.
namespace turnspit::test {

[[nodiscard]] inline QString whereAndWhat(const QWidget& widget, const QString& text, const QString& fault)
{
    QStringList path;
    for (const QWidget* at = &widget; at; at = at->parentWidget()) {
        if (!at->objectName().isEmpty())
            path.prepend(at->objectName());
    }
    return QStringLiteral("%1 (%2) '%3': %4").arg(path.join(u'/'), QLatin1String(widget.metaObject()->className()), text, fault);
}

[[nodiscard]] inline QString isAndWants(const QWidget& widget, const QSize& wanted)
{
    return QStringLiteral("is %1x%2, wants %3x%4").arg(widget.width()).arg(widget.height()).arg(wanted.width()).arg(wanted.height());
}

/// Shortens its text itself with an ellipsis, and says all of it in its tool tip.
[[nodiscard]] inline bool shortens(const QWidget& widget)
{
    return widget.sizePolicy().horizontalPolicy() == QSizePolicy::Ignored || widget.inherits("turnspit::ElidedLabel");
}

/// What scrolls may be larger than what is seen of it.
[[nodiscard]] inline bool scrolls(const QWidget& widget)
{
    return qobject_cast<const QAbstractScrollArea*>(widget.parentWidget()) && widget.parentWidget()->objectName() != QLatin1String("qt_scrollarea_viewport");
}

/// "": all of it is there.
[[nodiscard]] inline QString cut(const QLabel& label)
{
    if (label.text().isEmpty() || (shortens(label) && label.height() + 1 >= label.minimumSizeHint().height()))
        return {};
    if (label.wordWrap()) {
        const int wanted = label.heightForWidth(label.width());
        return wanted > label.height() + 1 ? isAndWants(label, {label.width(), wanted}) : QString();
    }
    const QSize wanted = label.sizeHint();
    return wanted.width() > label.width() + 1 || wanted.height() > label.height() + 1 ? isAndWants(label, wanted) : QString();
}

[[nodiscard]] inline QString cut(const QComboBox& box)
{
    if (box.isEditable())
        return {};
    QStyleOptionComboBox option;
    option.initFrom(&box);
    option.editable = false;
    const int room = box.style()->subControlRect(QStyle::CC_ComboBox, &option, QStyle::SC_ComboBoxEditField, &box).width();
    const int wanted = box.fontMetrics().horizontalAdvance(box.currentText()) + (box.itemIcon(box.currentIndex()).isNull() ? 0 : box.iconSize().width());
    return wanted > room ? QStringLiteral("has room for %1, wants %2").arg(room).arg(wanted) : QString();
}

[[nodiscard]] inline QString cutHint(const QLineEdit& edit)
{
    const QString hint = edit.placeholderText();
    const int room = edit.width() - 8;
    const int wanted = edit.fontMetrics().horizontalAdvance(hint);
    return wanted > room ? QStringLiteral("its hint has room for %1, wants %2").arg(room).arg(wanted) : QString();
}

[[nodiscard]] inline QStringList cut(const QTabBar& bar)
{
    QStringList faults;
    for (int tab = 0; tab < bar.count(); ++tab) {
        const int wanted = bar.fontMetrics().horizontalAdvance(QString(bar.tabText(tab)).remove(u'&'));
        if (bar.tabRect(tab).width() < wanted)
            faults += whereAndWhat(bar, bar.tabText(tab), QStringLiteral("is %1 wide, wants %2").arg(bar.tabRect(tab).width()).arg(wanted));
    }
    return faults;
}

[[nodiscard]] inline QStringList cut(const QHeaderView& header)
{
    QStringList faults;
    // That of Qt's own file dialog can be pulled wider.
    if (!header.model() || header.orientation() != Qt::Horizontal || header.window()->inherits("QFileDialog"))
        return faults;
    for (int section = 0; section < header.count(); ++section) {
        const QString title = header.model()->headerData(section, Qt::Horizontal).toString();
        const int wanted = header.fontMetrics().horizontalAdvance(title);
        const bool isSaid = header.model()->headerData(section, Qt::Horizontal, Qt::ToolTipRole).toString() == title;
        if (!isSaid && !header.isSectionHidden(section) && header.sectionSize(section) < wanted)
            faults += whereAndWhat(header, title, QStringLiteral("is %1 wide, wants %2").arg(header.sectionSize(section)).arg(wanted));
    }
    return faults;
}

/// Reaches out of what it stands in: that part cannot be seen.
[[nodiscard]] inline bool reachesOut(const QWidget& widget)
{
    const QWidget* const parent = widget.parentWidget();
    return parent && !widget.isWindow() && !scrolls(*parent) && !scrolls(widget) && !parent->rect().contains(widget.geometry());
}

/// Whatever is cut in `top`, a line each.
[[nodiscard]] inline QStringList cutTexts(QWidget& top)
{
    QStringList list;
    const auto note = [&](const QWidget& widget, const QString& text, const QString& fault) {
        if (!fault.isEmpty())
            list += whereAndWhat(widget, text, fault);
    };
    for (QWidget* const widget : top.findChildren<QWidget*>()) {
        if (!widget->isVisible() || qobject_cast<QLineEdit*>(widget->parentWidget())) // the latter are icons
            continue;
        bool hasText = true;
        if (const auto* const label = qobject_cast<QLabel*>(widget)) {
            note(*label, label->text(), cut(*label));
            hasText = !label->text().isEmpty() && !shortens(*label);
        } else if (const auto* const button = qobject_cast<QAbstractButton*>(widget)) {
            const QSize wanted = button->sizeHint();
            const bool small = wanted.width() > button->width() + 1 || wanted.height() > button->height() + 1;
            note(*button, button->text(), !button->text().isEmpty() && small ? isAndWants(*button, wanted) : QString());
            hasText = !button->text().isEmpty();
        } else if (qobject_cast<QLineEdit*>(widget) || qobject_cast<QComboBox*>(widget) || qobject_cast<QAbstractSpinBox*>(widget)) {
            // What is in it scrolls; its height does not.
            const bool isInside = qobject_cast<QAbstractSpinBox*>(widget->parentWidget()) || qobject_cast<QComboBox*>(widget->parentWidget());
            if (!isInside && widget->sizeHint().height() > widget->height() + 1)
                note(*widget, widget->accessibleName(), isAndWants(*widget, widget->sizeHint()));
            if (const auto* const box = qobject_cast<QComboBox*>(widget))
                note(*box, box->currentText(), cut(*box));
            if (const auto* const edit = qobject_cast<QLineEdit*>(widget); edit && edit->text().isEmpty())
                note(*edit, edit->placeholderText(), cutHint(*edit));
            hasText = !isInside;
        } else if (const auto* const tabs = qobject_cast<QTabBar*>(widget)) {
            list += cut(*tabs);
        } else if (const auto* const header = qobject_cast<QHeaderView*>(widget)) {
            list += cut(*header);
            hasText = false;
        } else {
            hasText = false;
        }
        if (hasText && reachesOut(*widget)) {
            const QRect at = widget->geometry();
            note(*widget, widget->accessibleName(), QStringLiteral("reaches out: %1,%2 %3x%4 in %5x%6").arg(at.x()).arg(at.y()).arg(at.width()).arg(at.height())
                     .arg(widget->parentWidget()->width()).arg(widget->parentWidget()->height()));
        }
    }
    return list;
}

/// The same of the rows of a list whose columns are as wide as what is in them.
[[nodiscard]] inline QStringList cutCells(QTreeWidget& list)
{
    QStringList faults;
    for (int column = 0; column < list.columnCount(); ++column) {
        for (int row = 0; row < list.topLevelItemCount(); ++row) {
            QTreeWidgetItem& item = *list.topLevelItem(row);
            if (item.toolTip(column) == item.text(column) && !item.text(column).isEmpty())
                continue; // may be shortened
            const int wanted = list.fontMetrics().horizontalAdvance(item.text(column));
            const QWidget* const button = list.itemWidget(&item, column);
            if (std::max(wanted, button ? button->sizeHint().width() : 0) > list.columnWidth(column))
                faults += whereAndWhat(list, item.text(column), QStringLiteral("is %1 wide, wants %2").arg(list.columnWidth(column)).arg(wanted));
        }
    }
    return faults;
}

} // namespace turnspit::test
