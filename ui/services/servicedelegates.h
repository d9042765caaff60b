#pragma once

#include <ui/services/cputrail.h>

#include <QStyledItemDelegate>

#include <optional>

namespace turnspit {

/// The state of a service: its icon, a ring that burns down while it is stopping, and the word in the colour of text.
class StateDelegate final : public QStyledItemDelegate
{
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;
};

/// A number, apart from the text of the next column.
class NumberDelegate final : public QStyledItemDelegate
{
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    QString displayText(const QVariant& value, const QLocale& locale) const override;
};

/// The last runs of a service as a strip: each as high as it took long, with the median at half the height, and with a shape of its own
/// for each outcome, so that none is told by colour alone. Of one that is kept running, where that is known, how busy it was instead,
/// with a tick where a run ended.
class RecentDelegate final : public QStyledItemDelegate
{
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

/// The icon of a stop under way: `left` of the ring is still there, 0 to 1.
void paintFuse(QPainter& painter, const QRectF& square, double left, const QColor& color);

/// How busy a service was, into `room`: as high as the busiest moment, but a few percent at least.
void paintTrail(QPainter& painter, const QRectF& room, const CpuTrail& trail, const QPalette& palette, bool selected);

/// One run in a cell whose width and height are given; `height` 0 to 1.
void paintRunBar(QPainter& painter, const QRectF& cell, Outcome outcome, double height, const QColor& color);

} // namespace turnspit
