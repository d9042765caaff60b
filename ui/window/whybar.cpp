#include <ui/window/whybar.h>

#include <turnspit/base/clock.h>
#include <ui/text/announce.h>
#include <ui/text/words.h>
#include <ui/window/statemark.h>

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

namespace turnspit {

WhyBar::WhyBar(QWidget* parent) : QFrame(parent), m_mark(new StateMark(this)), m_text(new QLabel(this))
{
    setObjectName(QStringLiteral("whyBar"));
    setAccessibleName(tr("State of the selected service"));
    m_text->setObjectName(QStringLiteral("whyText"));
    m_text->setTextFormat(Qt::PlainText);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_text->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(8, 4, 8, 4);
    layout->setSpacing(8);
    layout->addWidget(m_mark);
    layout->addWidget(m_text, 1);
    for (std::size_t at = 0; at < m_buttons.size(); ++at) {
        auto* button = new QPushButton(this);
        button->setObjectName(QStringLiteral("whyButton%1").arg(at + 1));
        button->setAutoDefault(false);
        button->hide();
        connect(button, &QPushButton::clicked, this, [this, at] {
            if (static_cast<qsizetype>(at) < m_remedies.size())
                Q_EMIT chosen(m_remedies[static_cast<qsizetype>(at)]);
        });
        layout->addWidget(button);
        m_buttons.at(at) = button;
    }
    // As high with buttons as without: what is below must not jump with the selection.
    setMinimumHeight(m_buttons.front()->sizeHint().height() + 10);
}

void WhyBar::show(const ServiceInfo& service, const StopInfo* stop, const QString& lastWords, bool goodIsKept,
                  std::optional<WallTime> heldUntil)
{
    m_mark->show(service.state, service.flags, stop ? std::optional(*stop) : std::nullopt, service.since);
    const WallTime present = Clock::current().wallNow();
    QString why = words::why(service, m_asOf.value_or(present), stop, heldUntil);
    if (!lastWords.isEmpty())
        why = tr("%1 · “%2”", "why it failed, what it said last").arg(why, lastWords);
    setLine(m_asOf ? tr("%1 · last known at %2", "state, time").arg(why, words::pointInTime(*m_asOf, present)) : why);
    QList<Remedy> list = remedies(service, goodIsKept);
    if (!m_live)
        list.removeIf([](Remedy remedy) { return remedy != Remedy::ShowLog; });
    setRemedies(list);
    // Of the selected service a change is told to those who hear; of others it is not.
    const bool changed = m_service == service.name && m_state != service.state;
    m_service = service.name;
    m_state = service.state;
    if (changed)
        announce(*this, words::rowSentence(service, present, heldUntil));
}

void WhyBar::showText(const QString& text)
{
    m_service.clear();
    m_mark->show(std::nullopt);
    setLine(text);
    setRemedies({});
}

void WhyBar::setLine(const QString& text)
{
    m_line = text;
    setAccessibleDescription(text);
    elide();
}

void WhyBar::setRemedies(const QList<Remedy>& list)
{
    if (m_remedies == list)
        return;
    m_remedies = list;
    for (std::size_t at = 0; at < m_buttons.size(); ++at) {
        const bool used = static_cast<qsizetype>(at) < list.size();
        if (used) {
            const QString words = turnspit::text(list[static_cast<qsizetype>(at)]);
            m_buttons.at(at)->setText(words);
            m_buttons.at(at)->setAccessibleName(words);
        }
        m_buttons.at(at)->setVisible(used);
    }
    layout()->activate();
    elide();
}

void WhyBar::elide()
{
    const QString shown = fontMetrics().elidedText(m_line, Qt::ElideRight, m_text->width());
    m_text->setText(shown);
    setToolTip(shown == m_line ? QString() : m_line);
}

void WhyBar::resizeEvent(QResizeEvent* event)
{
    QFrame::resizeEvent(event);
    layout()->activate();
    elide();
}

void WhyBar::changeEvent(QEvent* event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        elide();
}

} // namespace turnspit
