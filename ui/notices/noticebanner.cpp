#include <ui/notices/noticebanner.h>

#include <ui/text/announce.h>
#include <ui/theme/icons.h>

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>

#include <algorithm>

namespace turnspit {
namespace {

QStyle::StandardPixmap iconOf(Notice::Urgency urgency)
{
    return urgency == Notice::Urgency::Low ? QStyle::SP_MessageBoxInformation : QStyle::SP_MessageBoxWarning;
}

} // namespace

NoticeBanner::NoticeBanner(QWidget* parent)
    : QFrame(parent), m_icon(new QLabel(this)), m_text(new QLabel(this)), m_body(new QLabel(this)), m_more(new QLabel(this)),
      m_buttons(new QHBoxLayout), m_closer(new QToolButton(this))
{
    setObjectName(QStringLiteral("noticeBanner"));
    setAccessibleName(tr("Notice"));
    setFrameShape(QFrame::StyledPanel);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::AlternateBase);
    setForegroundRole(QPalette::Text);
    m_text->setObjectName(QStringLiteral("noticeText"));
    m_body->setObjectName(QStringLiteral("noticeBody"));
    m_more->setObjectName(QStringLiteral("noticeMore"));
    for (QLabel* const label : {m_text, m_body, m_more}) {
        label->setForegroundRole(QPalette::Text);
        label->setTextFormat(Qt::PlainText);
    }
    for (QLabel* const label : {m_text, m_body}) {
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
    QFont bold = m_text->font();
    bold.setBold(true);
    m_text->setFont(bold);
    m_closer->setObjectName(QStringLiteral("noticeBannerClose"));
    m_closer->setIcon(actionIcon(QStringLiteral("close")));
    m_closer->setAccessibleName(tr("Close notice"));
    m_closer->setToolTip(m_closer->accessibleName());
    m_closer->setAutoRaise(true);
    m_closer->setFocusPolicy(Qt::TabFocus);
    connect(m_closer, &QToolButton::clicked, this, [this] { close(QString(m_shown.key)); });

    auto* const texts = new QVBoxLayout;
    texts->setSpacing(0);
    texts->addWidget(m_text);
    texts->addWidget(m_body);
    auto* const layout = new QHBoxLayout(this);
    layout->setContentsMargins(8, 4, 8, 4);
    layout->setSpacing(8);
    layout->addWidget(m_icon);
    layout->addLayout(texts, 1);
    layout->addWidget(m_more);
    layout->addLayout(m_buttons);
    layout->addWidget(m_closer);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    hide();
}

void NoticeBanner::show(const Notice& notice)
{
    const auto same = std::ranges::find(m_queue, notice.key, &Notice::key);
    if (same == m_queue.end())
        m_queue += notice;
    else
        *same = notice;
    refresh();
}

void NoticeBanner::close(const QString& key)
{
    if (m_queue.removeIf([&](const Notice& notice) { return notice.key == key; }) > 0)
        refresh();
}

void NoticeBanner::refresh()
{
    if (m_queue.isEmpty()) {
        m_shown = {};
        setButtons({});
        return hide();
    }
    const auto others = static_cast<int>(m_queue.size() - 1);
    m_more->setText(tr("%n more", nullptr, others));
    m_more->setVisible(others > 0);
    if (const Notice& next = m_queue.first(); next != m_shown) {
        m_shown = next;
        m_text->setText(next.summary);
        m_body->setText(next.body);
        m_body->setVisible(!next.body.isEmpty());
        const int size = style()->pixelMetric(QStyle::PM_SmallIconSize, nullptr, this);
        m_icon->setPixmap(style()->standardIcon(iconOf(next.urgency), nullptr, this).pixmap(size, size));
        setButtons(next.buttons);
        announce(*this, next.body.isEmpty() ? next.summary : tr("%1. %2", "title, text").arg(next.summary, next.body));
    }
    QFrame::show();
}

void NoticeBanner::setButtons(const QList<Notice::Button>& buttons)
{
    while (QLayoutItem* const item = m_buttons->takeAt(0)) {
        item->widget()->hide();
        item->widget()->setObjectName({}); // the next one may have the same
        item->widget()->deleteLater();     // it may have been pressed just now
        delete item;
    }
    QWidget* before = nullptr;
    for (const Notice::Button& button : buttons) {
        auto* const widget = new QPushButton(button.text, this);
        widget->setObjectName(QStringLiteral("noticeBanner/%1").arg(button.id));
        widget->setAccessibleName(button.text);
        widget->setAutoDefault(false);
        connect(widget, &QPushButton::clicked, this, [this, id = button.id] {
            const Notice notice = m_shown;
            close(notice.key);
            Q_EMIT pressed(notice, id);
        });
        m_buttons->addWidget(widget);
        if (before)
            setTabOrder(before, widget);
        before = widget;
    }
    if (before)
        setTabOrder(before, m_closer);
}

} // namespace turnspit
