#include <ui/detail/fittext.h>

#include <QFontDatabase>
#include <QScrollBar>
#include <QWheelEvent>

#include <cmath>

namespace turnspit {

FitText::FitText(QWidget* parent) : QPlainTextEdit(parent)
{
    setReadOnly(true);
    setFrameShape(QFrame::NoFrame);
    setTabChangesFocus(true);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setLayoutDirection(Qt::LeftToRight);
    setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    document()->setDocumentMargin(0);
    viewport()->setAutoFillBackground(false); // it lies on the page, not in a field of its own
    connect(this, &QPlainTextEdit::selectionChanged, this, [this] {
        if (m_waiting && !textCursor().hasSelection())
            setShown(*std::exchange(m_waiting, std::nullopt));
    });
    fit();
}

void FitText::setShown(const QString& text)
{
    if (textCursor().hasSelection()) {
        m_waiting = text;
        return;
    }
    m_waiting.reset();
    if (text == toPlainText())
        return;
    setPlainText(text);
    fit();
}

void FitText::fit()
{
    // The size of a plain text document is counted in lines.
    const int lines = std::max(1, static_cast<int>(std::ceil(document()->size().height())));
    const int wanted = lines * fontMetrics().lineSpacing() + contentsMargins().top() + contentsMargins().bottom() + 2;
    if (wanted != minimumHeight() || wanted != maximumHeight())
        setFixedHeight(wanted);
    verticalScrollBar()->setValue(0);
}

QSize FitText::sizeHint() const
{
    return {fontMetrics().averageCharWidth() * 40, maximumHeight()};
}

QSize FitText::minimumSizeHint() const
{
    return {fontMetrics().averageCharWidth() * 12, minimumHeight()};
}

void FitText::resizeEvent(QResizeEvent* event)
{
    QPlainTextEdit::resizeEvent(event);
    fit();
}

void FitText::wheelEvent(QWheelEvent* event)
{
    event->ignore(); // the page scrolls
}

void FitText::changeEvent(QEvent* event)
{
    QPlainTextEdit::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        fit();
}

} // namespace turnspit
