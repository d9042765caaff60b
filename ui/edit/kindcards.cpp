#include <ui/edit/kindcards.h>

#include <QButtonGroup>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QMouseEvent>
#include <QRadioButton>
#include <QVBoxLayout>

#include <array>

namespace turnspit {
namespace {

/// All of it can be clicked, not only the button.
class KindCard final : public QFrame
{
public:
    KindCard(QRadioButton* button, const QString& sentence, QWidget* parent) : QFrame(parent), m_button(button)
    {
        setFrameStyle(QFrame::StyledPanel);
        auto* text = new QLabel(sentence, this);
        text->setWordWrap(true);
        auto* layout = new QVBoxLayout(this);
        layout->setContentsMargins(8, 6, 8, 6);
        layout->setSpacing(2);
        layout->addWidget(button);
        layout->addWidget(text);
    }

protected:
    void mousePressEvent(QMouseEvent* event) override
    {
        if (event->button() == Qt::LeftButton)
            m_button->setChecked(true);
    }

private:
    QRadioButton* m_button;
};

} // namespace

KindCards::KindCards(QWidget* parent) : QWidget(parent), m_cards(new QButtonGroup(this))
{
    setObjectName(QStringLiteral("kindButtons"));
    setAccessibleName(tr("What should it do?"));
    struct Card
    {
        ServiceKind kind;
        const char* name;
        QString title;
        QString sentence;
    };
    const std::array cards{
        Card{ServiceKind::Kept, "kindKept", tr("&Keep running"), tr("Start it and keep it alive")},
        Card{ServiceKind::Scheduled, "kindScheduled", tr("On a s&chedule"), tr("Run it again and again")},
        Card{ServiceKind::Manual, "kindManual", tr("W&hen I say"), tr("Only when I press Run")},
    };
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    for (const Card& card : cards) {
        auto* button = new QRadioButton(card.title, this);
        button->setObjectName(QString::fromLatin1(card.name));
        button->setAccessibleName(QString(card.title).remove(QLatin1Char('&')));
        button->setAccessibleDescription(card.sentence);
        QFont bold = button->font();
        bold.setBold(true);
        button->setFont(bold);
        m_cards->addButton(button, static_cast<int>(card.kind));
        layout->addWidget(new KindCard(button, card.sentence, this), 1);
    }
    setKind(ServiceKind::Kept);
    connect(m_cards, &QButtonGroup::idToggled, this, [this](int, bool on) {
        if (on)
            Q_EMIT chosen();
    });
}

ServiceKind KindCards::kind() const
{
    return static_cast<ServiceKind>(m_cards->checkedId());
}

void KindCards::setKind(ServiceKind kind)
{
    if (QAbstractButton* const card = m_cards->button(static_cast<int>(kind)))
        card->setChecked(true);
}

} // namespace turnspit
