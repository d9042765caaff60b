#include <ui/services/servicedelegates.h>

#include <ui/services/recentstrip.h>
#include <ui/services/servicemodel.h>
#include <ui/theme/tones.h>

#include <QApplication>
#include <QIcon>
#include <QPainter>

#include <algorithm>

namespace turnspit {
namespace {

constexpr int leastTarget = 24; ///< pixels: what a pointer hits without trouble
constexpr qreal faint = 0.35;   ///< what is only the last that is known

} // namespace

void paintFuse(QPainter& painter, const QRectF& square, double left, const QColor& color)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(square.topLeft());
    painter.scale(square.width() / 16, square.height() / 16);
    QColor burnt = color;
    burnt.setAlpha(70);
    const QRectF around(1.2, 1.2, 13.6, 13.6);
    painter.setPen(QPen(burnt, 1.2));
    painter.drawEllipse(around);
    painter.setPen(QPen(color, 2, Qt::SolidLine, Qt::FlatCap));
    painter.drawArc(around, 90 * 16, static_cast<int>(left * 360 * 16));
    painter.setPen(QPen(color, 1.3, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
    painter.drawRect(QRectF(5.2, 5.2, 5.6, 5.6));
    painter.fillRect(QRectF(5.2, 8, 5.6, 2.8), color);
    painter.restore();
}

void paintTrail(QPainter& painter, const QRectF& room, const CpuTrail& trail, const QPalette& palette, bool selected)
{
    constexpr double leastTop = 5; // percent: what hardly moves is drawn so
    const double top = std::max(trail.most(), leastTop);
    const auto x = [&](WallTime time) {
        const double age = std::chrono::duration<double>(trail.now - time) / std::chrono::duration<double>(CpuTrail::span);
        return room.right() - std::clamp(age, 0.0, 1.0) * room.width();
    };
    const auto y = [&](double percent) { return room.bottom() - 1 - percent / top * (room.height() - 2); };
    const QColor text = palette.color(selected ? QPalette::HighlightedText : QPalette::Text);
    const QColor tone = selected ? text : tones::ofState(ServiceState::Waiting, palette);
    QColor fill = tone;
    fill.setAlpha(50);
    QColor ground = text;
    ground.setAlpha(60);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(ground, 1));
    painter.drawLine(QPointF(room.left(), room.bottom() - 0.5), QPointF(room.right(), room.bottom() - 0.5));
    const QList<UsageSample>& samples = trail.samples;
    for (qsizetype i = 0; i < samples.size();) {
        if (!samples[i].cpuPercent) {
            ++i;
            continue;
        }
        QPolygonF line;
        for (; i < samples.size() && samples[i].cpuPercent; ++i)
            line << QPointF(x(samples[i].time), y(*samples[i].cpuPercent));
        const WallTime end = i < samples.size() ? samples[i].time : trail.now;
        line << QPointF(std::max(x(end), line.last().x()), line.last().y());
        QPolygonF area = line;
        area << QPointF(line.last().x(), room.bottom() - 1) << QPointF(line.first().x(), room.bottom() - 1);
        painter.setPen(Qt::NoPen);
        painter.setBrush(fill);
        painter.drawPolygon(area);
        painter.setPen(QPen(tone, 1.2, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter.setBrush(Qt::NoBrush);
        painter.drawPolyline(line);
    }
    for (const CpuTrail::End& end : trail.ends) {
        painter.setPen(QPen(selected ? text : tones::ofOutcome(end.outcome, palette), 1.6, Qt::SolidLine, Qt::FlatCap));
        painter.drawLine(QPointF(x(end.time), room.top()), QPointF(x(end.time), room.bottom()));
    }
    painter.restore();
}

void paintRunBar(QPainter& painter, const QRectF& cell, Outcome outcome, double height, const QColor& color)
{
    const double width = cell.width() - 1.5;
    const double tall = std::max(3.0, cell.height() * std::clamp(height, 0.0, 1.0));
    const QRectF bar(cell.left(), cell.bottom() - tall, width, tall);
    const double pen = 1.4;
    const QRectF inside = bar.adjusted(pen / 2, pen / 2, -pen / 2, -pen / 2);
    painter.setPen(QPen(color, pen));
    painter.setBrush(Qt::NoBrush);
    switch (outcome) {
    case Outcome::Succeeded:
        painter.fillRect(bar, color);
        break;
    case Outcome::Failed:
    case Outcome::Killed:
    case Outcome::Abandoned: {
        // A cross on a stem: as high as the bar would be.
        const double top = std::min(bar.top(), cell.bottom() - width);
        const QRectF head(bar.left(), top, width, width);
        painter.drawLine(head.topLeft(), head.bottomRight());
        painter.drawLine(head.topRight(), head.bottomLeft());
        if (outcome == Outcome::Failed)
            painter.drawLine(QPointF(head.center().x(), head.center().y()), QPointF(head.center().x(), cell.bottom()));
        else
            painter.drawLine(QPointF(head.left(), cell.bottom() - pen / 2), QPointF(head.right(), cell.bottom() - pen / 2));
        break;
    }
    case Outcome::TimedOut:
        painter.drawLine(QPointF(cell.left(), cell.top() + pen / 2), QPointF(cell.left() + width, cell.top() + pen / 2));
        painter.drawLine(QPointF(bar.center().x(), cell.top()), QPointF(bar.center().x(), cell.bottom()));
        break;
    case Outcome::Stopped:
        painter.drawRect(inside);
        break;
    case Outcome::Skipped:
        painter.drawLine(QPointF(cell.left(), cell.bottom() - pen / 2), QPointF(cell.left() + width, cell.bottom() - pen / 2));
        break;
    case Outcome::Missed:
        painter.drawEllipse(QRectF(cell.left() + pen / 2, cell.bottom() - width + pen / 2, width - pen, width - pen));
        break;
    case Outcome::Unknown:
        painter.fillRect(QRectF(cell.left() + width / 2 - 1, cell.bottom() - 2, 2, 2), color);
        break;
    }
}

QSize StateDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    return QStyledItemDelegate::sizeHint(option, index).expandedTo(QSize(0, leastTarget));
}

void StateDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const
{
    QStyledItemDelegate::initStyleOption(option, index);
    const QVariant left = index.data(ServiceModel::FuseRole);
    if (!left.isValid())
        return;
    const qreal scale = option->widget ? option->widget->devicePixelRatioF() : 1.0;
    QPixmap pixmap(option->decorationSize * scale);
    pixmap.setDevicePixelRatio(scale);
    pixmap.fill(Qt::transparent);
    const bool selected = option->state.testFlag(QStyle::State_Selected);
    const QColor color = selected ? option->palette.color(QPalette::HighlightedText)
                                  : tones::ofState(ServiceState::Stopping, option->palette);
    QPainter painter(&pixmap);
    paintFuse(painter, QRectF(QPointF(), QSizeF(option->decorationSize)), left.toDouble(), color);
    painter.end();
    QIcon icon(pixmap);
    icon.addPixmap(pixmap, QIcon::Selected);
    option->icon = icon;
}

QString NumberDelegate::displayText(const QVariant& value, const QLocale& locale) const
{
    return QStyledItemDelegate::displayText(value, locale) + QChar(0x2002);
}

QSize RecentDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const
{
    return {static_cast<int>(RecentStrip::capacity) * option.fontMetrics.averageCharWidth() + 8, leastTarget};
}

void RecentDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    QStyleOptionViewItem shown = option;
    initStyleOption(&shown, index);
    shown.text.clear();
    const QStyle* const style = option.widget ? option.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &shown, painter, option.widget);

    const QRectF room = QRectF(option.rect).adjusted(5, 4, -3, -4);
    const qreal opacity = option.state.testFlag(QStyle::State_Enabled) ? 1 : faint;
    if (const QVariant trail = index.data(ServiceModel::TrailRole); trail.isValid()) {
        painter->setOpacity(opacity);
        paintTrail(*painter, room, trail.value<CpuTrail>(), option.palette, option.state.testFlag(QStyle::State_Selected));
        painter->setOpacity(1);
        return;
    }
    const auto strip = index.data(ServiceModel::RecentRole).value<RecentStrip>();
    if (strip.isEmpty())
        return;
    const double slot = std::clamp(room.width() / RecentStrip::capacity, 3.0, 8.0);
    const double median = strip.medianDuration().value_or(0);
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    painter->save();
    painter->setOpacity(opacity);
    painter->setRenderHint(QPainter::Antialiasing);
    // The newest always at the same place, however many there are.
    double left = room.left() + slot * static_cast<double>(RecentStrip::capacity - strip.entries.size());
    for (const RecentStrip::Entry& entry : strip.entries) {
        const double height = entry.duration && median > 0 ? *entry.duration / median / 2 : 0.5;
        const QColor color = selected ? option.palette.color(QPalette::HighlightedText) : tones::ofOutcome(entry.outcome, option.palette);
        paintRunBar(*painter, QRectF(left, room.top(), slot, room.height()), entry.outcome, height, color);
        left += slot;
    }
    painter->restore();
}

} // namespace turnspit
