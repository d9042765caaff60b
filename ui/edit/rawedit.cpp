#include <ui/edit/rawedit.h>

#include <ui/theme/tones.h>

#include <QFontDatabase>
#include <QPaintEvent>
#include <QPainter>
#include <QStyle>
#include <QTextBlock>

#include <algorithm>

namespace turnspit {

/// Beside the text: line numbers and signs.
class RawMargin final : public QWidget
{
public:
    explicit RawMargin(RawEdit& edit) : QWidget(&edit), m_edit(edit) {}

protected:
    void paintEvent(QPaintEvent* event) override { m_edit.paintMargin(*event); }

private:
    RawEdit& m_edit;
};

namespace {

constexpr int gap = 4;

ServiceState toneOf(RawEdit::Sign sign)
{
    return sign == RawEdit::Sign::Error ? ServiceState::Failed : ServiceState::BackingOff;
}

} // namespace

RawEdit::RawEdit(QWidget* parent) : QPlainTextEdit(parent), m_margin(new RawMargin(*this))
{
    setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    setLineWrapMode(NoWrap);
    setLayoutDirection(Qt::LeftToRight);
    setTabChangesFocus(true);
    connect(this, &QPlainTextEdit::blockCountChanged, this, &RawEdit::updateMargin);
    connect(this, &QPlainTextEdit::updateRequest, this, [this](const QRect& rect, int dy) {
        if (dy != 0)
            m_margin->scroll(0, dy);
        else
            m_margin->update(0, rect.y(), m_margin->width(), rect.height());
    });
    updateMargin();
}

void RawEdit::setSigns(const QMap<int, Sign>& signs)
{
    if (m_signs == signs)
        return;
    m_signs = signs;
    markLines();
    m_margin->update();
}

void RawEdit::markLines()
{
    QList<QTextEdit::ExtraSelection> marks;
    for (auto sign = m_signs.begin(); sign != m_signs.end(); ++sign) {
        const QTextBlock block = document()->findBlockByNumber(sign.key() - 1);
        if (!block.isValid())
            continue;
        QTextEdit::ExtraSelection mark;
        QColor tint = tones::ofState(toneOf(*sign), tones::isDark(palette()));
        tint.setAlpha(40);
        mark.format.setBackground(tint);
        mark.format.setProperty(QTextFormat::FullWidthSelection, true);
        mark.cursor = QTextCursor(block);
        marks += mark;
    }
    setExtraSelections(marks);
}

void RawEdit::goTo(int line, int column)
{
    const QTextBlock block = document()->findBlockByNumber(std::max(line, 1) - 1);
    if (!block.isValid())
        return;
    QTextCursor cursor(block);
    cursor.movePosition(QTextCursor::NextCharacter, QTextCursor::MoveAnchor, std::min(std::max(column, 1) - 1, block.length() - 1));
    setTextCursor(cursor);
    centerCursor();
    setFocus();
}

int RawEdit::marginWidth() const
{
    const int digits = std::max(2, static_cast<int>(QString::number(blockCount()).size()));
    const int icon = style()->pixelMetric(QStyle::PM_SmallIconSize, nullptr, this);
    return digits * fontMetrics().horizontalAdvance(QLatin1Char('9')) + icon + 3 * gap;
}

void RawEdit::updateMargin()
{
    setViewportMargins(marginWidth(), 0, 0, 0);
    const QRect inside = contentsRect();
    m_margin->setGeometry(inside.left(), inside.top(), marginWidth(), inside.height());
}

void RawEdit::resizeEvent(QResizeEvent* event)
{
    QPlainTextEdit::resizeEvent(event);
    updateMargin();
}

void RawEdit::changeEvent(QEvent* event)
{
    QPlainTextEdit::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        markLines();
}

void RawEdit::paintMargin(QPaintEvent& event)
{
    QPainter painter(m_margin);
    painter.fillRect(event.rect(), palette().color(QPalette::Window));
    const int side = std::min(style()->pixelMetric(QStyle::PM_SmallIconSize, nullptr, this), fontMetrics().height());
    painter.setFont(font());
    painter.setPen(palette().color(QPalette::Disabled, QPalette::WindowText));
    QTextBlock block = firstVisibleBlock();
    qreal top = blockBoundingGeometry(block).translated(contentOffset()).top();
    for (; block.isValid() && top <= event.rect().bottom(); block = block.next()) {
        const qreal height = blockBoundingRect(block).height();
        const int line = block.blockNumber() + 1;
        if (const auto sign = m_signs.constFind(line); sign != m_signs.constEnd()) {
            const auto which = *sign == Sign::Error ? QStyle::SP_MessageBoxCritical : QStyle::SP_MessageBoxWarning;
            painter.drawPixmap(QRectF(gap, top + (height - side) / 2, side, side).toRect(),
                               style()->standardIcon(which, nullptr, this).pixmap(QSize(side, side), devicePixelRatioF()));
        }
        painter.drawText(QRectF(0, top, m_margin->width() - gap, height), Qt::AlignRight | Qt::AlignVCenter, QString::number(line));
        top += height;
    }
}

} // namespace turnspit
