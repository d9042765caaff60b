#include <ui/notices/noticebanner.h>

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMainWindow>
#include <QPushButton>
#include <QToolButton>

namespace turnspit {

NoticeBanner::NoticeBanner(QWidget& window)
    : QFrame(&window), m_window(window), m_text(new QLabel(this)), m_buttons(new QHBoxLayout)
{
    setObjectName(QStringLiteral("noticeBanner"));
    setAccessibleName(tr("Notice"));
    setFrameShape(QFrame::StyledPanel);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::ToolTipBase);
    setForegroundRole(QPalette::ToolTipText);
    m_text->setForegroundRole(QPalette::ToolTipText);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    auto* const closer = new QToolButton(this);
    closer->setObjectName(QStringLiteral("noticeBannerClose"));
    closer->setText(tr("Close"));
    closer->setAutoRaise(true);
    connect(closer, &QToolButton::clicked, this, [this] { close(m_notice.key); });
    auto* const layout = new QHBoxLayout(this);
    layout->addWidget(m_text, 1);
    layout->addLayout(m_buttons);
    layout->addWidget(closer);
    window.installEventFilter(this);
    hide();
}

void NoticeBanner::show(const Notice& notice)
{
    m_notice = notice;
    m_text->setText(notice.body.isEmpty() ? notice.summary
                                          : tr("%1 — %2", "title, text").arg(notice.summary, notice.body));
    while (QLayoutItem* const item = m_buttons->takeAt(0)) {
        item->widget()->deleteLater();
        delete item;
    }
    for (const Notice::Button& button : notice.buttons) {
        auto* const widget = new QPushButton(button.text, this);
        widget->setObjectName(QStringLiteral("noticeBanner/%1").arg(button.id));
        connect(widget, &QPushButton::clicked, this, [this, id = button.id] {
            const Notice pressedOne = m_notice;
            close(pressedOne.key);
            Q_EMIT pressed(pressedOne, id);
        });
        m_buttons->addWidget(widget);
    }
    QFrame::show();
    place();
    raise();
}

void NoticeBanner::close(const QString& key)
{
    if (key == m_notice.key)
        hide();
}

bool NoticeBanner::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == &m_window && (event->type() == QEvent::Resize || event->type() == QEvent::LayoutRequest) &&
        isVisible())
        place();
    return QFrame::eventFilter(watched, event);
}

void NoticeBanner::place()
{
    // Over the list, not over menu and tools: those must stay in reach.
    auto* const main = qobject_cast<QMainWindow*>(&m_window);
    const QRect area = main && main->centralWidget() ? main->centralWidget()->geometry() : m_window.rect();
    const int width = area.width();
    const int height =
        std::max(layout()->hasHeightForWidth() ? layout()->totalHeightForWidth(width) : 0, sizeHint().height());
    setGeometry(area.x(), area.y(), width, height);
}

} // namespace turnspit
