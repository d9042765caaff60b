#include <ui/edit/foldsection.h>

#include <ui/edit/remarklabel.h>

#include <QToolButton>
#include <QVBoxLayout>

namespace turnspit {

FoldSection::FoldSection(const QString& name, const QString& title, QWidget* content, QWidget* parent)
    : QWidget(parent), m_head(new QToolButton(this)), m_body(new QWidget(this)), m_remarks(new RemarkLabel(m_body))
{
    setObjectName(name);
    m_head->setObjectName(name + QStringLiteral("Head"));
    m_head->setText(title);
    m_head->setAccessibleName(title);
    m_head->setAutoRaise(true);
    m_head->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_head->setArrowType(Qt::RightArrow);
    m_head->setFocusPolicy(Qt::StrongFocus);
    QFont bold = m_head->font();
    bold.setBold(true);
    m_head->setFont(bold);

    auto* body = new QVBoxLayout(m_body);
    const int indent = m_head->sizeHint().height();
    body->setContentsMargins(isRightToLeft() ? 0 : indent, 0, isRightToLeft() ? indent : 0, 0);
    body->addWidget(m_remarks);
    body->addWidget(content);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_head);
    layout->addWidget(m_body);
    setOpen(false);
    connect(m_head, &QToolButton::clicked, this, [this] { setOpen(!m_open); });
}

void FoldSection::setOpen(bool open)
{
    m_open = open;
    m_head->setArrowType(open ? Qt::DownArrow : isRightToLeft() ? Qt::LeftArrow : Qt::RightArrow);
    m_head->setAccessibleDescription(open ? tr("unfolded") : tr("folded"));
    m_body->setVisible(open);
}

} // namespace turnspit
