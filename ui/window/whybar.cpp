#include <ui/window/whybar.h>

#include <turnspit/base/clock.h>
#include <ui/text/words.h>
#include <ui/theme/stateicon.h>

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QStyle>

namespace turnspit {

WhyBar::WhyBar(QWidget* parent) : QFrame(parent), m_icon(new QLabel(this)), m_text(new QLabel(this))
{
    setObjectName(QStringLiteral("whyBar"));
    setAccessibleName(tr("State of the selected service"));
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(8, 6, 8, 6);
    layout->setSpacing(8);
    layout->addWidget(m_icon, 0, Qt::AlignTop);
    layout->addWidget(m_text, 1);
}

void WhyBar::show(const ServiceInfo& service)
{
    if (m_state != service.state) {
        m_state = service.state;
        updateIcon();
    }
    m_text->setText(words::why(service, Clock::current().wallNow()));
    setAccessibleDescription(m_text->text());
}

void WhyBar::showText(const QString& text)
{
    m_state.reset();
    updateIcon();
    m_text->setText(text);
    setAccessibleDescription(text);
}

QString WhyBar::text() const
{
    return m_text->text();
}

void WhyBar::updateIcon()
{
    m_icon->setVisible(m_state.has_value());
    if (m_state) {
        const int side = style()->pixelMetric(QStyle::PM_SmallIconSize, nullptr, this);
        m_icon->setPixmap(stateIcon(*m_state).pixmap(QSize(side, side), devicePixelRatioF()));
    }
}

void WhyBar::changeEvent(QEvent* event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange)
        updateIcon();
}

} // namespace turnspit
