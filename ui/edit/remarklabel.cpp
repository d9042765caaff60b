#include <ui/edit/remarklabel.h>

#include <ui/edit/remarktext.h>

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QResizeEvent>
#include <QStyle>

namespace turnspit {

RemarkLabel::RemarkLabel(QWidget* parent)
    : QWidget(parent), m_icon(new QLabel(this)), m_text(new QLabel(this)), m_fix(new QPushButton(this))
{
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_fix->setAutoDefault(false);
    m_fix->setObjectName(QStringLiteral("fixButton"));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_icon, 0, Qt::AlignTop);
    layout->addWidget(m_text, 1, Qt::AlignTop);
    layout->addWidget(m_fix, 0, Qt::AlignTop);
    setVisible(false);
    connect(m_fix, &QPushButton::clicked, this, [this] {
        for (const Remark& remark : std::as_const(m_remarks)) {
            if (remark.fix) {
                const KeyEdit fix = *remark.fix;
                Q_EMIT fixRequested(fix);
                return;
            }
        }
        Q_EMIT offerTaken();
    });
}

void RemarkLabel::show(const QList<Remark>& remarks, const QString& offer)
{
    if (m_remarks == remarks && m_offer == offer)
        return;
    m_remarks = remarks;
    m_offer = offer;
    m_isError = false;
    QStringList lines;
    QString fix;
    for (const Remark& remark : remarks) {
        m_isError = m_isError || remark.isError;
        const QString line = remarkText(remark);
        if (!lines.contains(line))
            lines += line;
        if (fix.isEmpty())
            fix = fixText(remark);
    }
    if (fix.isEmpty())
        fix = offer;
    m_text->setText(lines.join(QLatin1Char('\n')));
    m_text->setAccessibleName(m_text->text());
    m_fix->setText(fix);
    m_fix->setAccessibleName(fix);
    m_fix->setVisible(!fix.isEmpty());
    updateIcon();
    setVisible(!remarks.isEmpty());
    fitHeight();
}

QString RemarkLabel::text() const
{
    return m_text->text();
}

void RemarkLabel::updateIcon()
{
    const auto which = m_isError ? QStyle::SP_MessageBoxCritical : QStyle::SP_MessageBoxWarning;
    const int side = style()->pixelMetric(QStyle::PM_SmallIconSize, nullptr, this);
    m_icon->setPixmap(style()->standardIcon(which, nullptr, this).pixmap(QSize(side, side), devicePixelRatioF()));
    m_icon->setAccessibleName(m_isError ? tr("Error") : tr("Warning"));
}

/// A wrapped label asks for more lines than it needs as long as its width is not known.
void RemarkLabel::fitHeight()
{
    if (const int height = layout()->totalHeightForWidth(width()); isVisible() && height > 0)
        setFixedHeight(height);
}

void RemarkLabel::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    if (event->size().width() != event->oldSize().width())
        fitHeight();
}

void RemarkLabel::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange)
        updateIcon();
}

} // namespace turnspit
