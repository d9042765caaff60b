#include <ui/edit/toast.h>

#include <QAccessible>
#include <QApplication>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMainWindow>
#include <QPushButton>
#include <QStatusBar>
#include <QStyle>

#include <algorithm>

namespace turnspit {
namespace {

constexpr int margin = 12;

} // namespace

Toast::Toast(QWidget& window)
    : QFrame(&window), m_window(window), m_text(new QLabel(this)), m_layout(new QHBoxLayout(this)), m_close(new QPushButton(this))
{
    setObjectName(QStringLiteral("toast"));
    setAccessibleName(tr("Message"));
    setFrameStyle(QFrame::StyledPanel | QFrame::Raised);
    setAutoFillBackground(true);
    // Stands out from what it covers, in any palette.
    setBackgroundRole(QPalette::ToolTipBase);
    setForegroundRole(QPalette::ToolTipText);
    m_text->setObjectName(QStringLiteral("toastText"));
    m_text->setForegroundRole(QPalette::ToolTipText);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    m_close->setObjectName(QStringLiteral("toastClose"));
    m_close->setIcon(style()->standardIcon(QStyle::SP_TitleBarCloseButton, nullptr, this));
    m_close->setFlat(true);
    m_close->setAccessibleName(tr("Close message"));
    m_close->setToolTip(m_close->accessibleName());
    m_layout->setContentsMargins(margin, 6, 6, 6);
    m_layout->addWidget(m_text, 1);
    m_layout->addWidget(m_close);
    m_timer = Clock::current().createTimer([this] { timeUp(); });
    window.installEventFilter(this);
    connect(m_close, &QPushButton::clicked, this, &QWidget::hide);
    connect(qApp, &QApplication::focusChanged, this, [this](QWidget* before, QWidget* now) {
        if (before && isAncestorOf(before) && !(now && isAncestorOf(now)))
            wait();
    });
    hide();
}

Toast::~Toast()
{
    disconnect(qApp, nullptr, this, nullptr); // the focus leaves it on its way out
}

void Toast::say(const QString& text, const QList<Button>& buttons, std::chrono::seconds time)
{
    for (QPushButton* const old : std::exchange(m_buttons, {})) {
        old->hide();
        old->deleteLater(); // perhaps it is what called this
    }
    m_text->setText(text);
    setAccessibleDescription(text);
    for (qsizetype n = 0; n < buttons.size(); ++n) {
        auto* button = new QPushButton(buttons.at(n).text, this);
        button->setObjectName(QStringLiteral("toastButton%1").arg(n));
        button->setAccessibleName(QString(buttons.at(n).text).remove(QLatin1Char('&')));
        button->setAutoDefault(false);
        m_layout->insertWidget(m_layout->count() - 1, button);
        button->show(); // counts in the layout from now on
        m_buttons += button;
        connect(button, &QPushButton::clicked, this, [this, press = buttons.at(n).press] {
            hide();
            if (press)
                press();
        });
    }
    m_time = time;
    place();
    show();
    raise();
    wait();
    QAccessibleEvent alert(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
}

QString Toast::text() const
{
    return m_text->text();
}

void Toast::wait()
{
    if (m_time > std::chrono::seconds(0))
        m_timer->startOnce(m_time);
    else
        m_timer->stop();
}

void Toast::timeUp()
{
    const QWidget* const focus = QApplication::focusWidget();
    if (underMouse() || (focus && isAncestorOf(focus)))
        return; // leaving it begins the time anew
    hide();
}

void Toast::place()
{
    const int most = std::max(m_window.width() - 2 * margin, 1);
    // One line where it fits; else the text wraps.
    const int line = m_text->fontMetrics().horizontalAdvance(m_text->text());
    const int rest = m_layout->sizeHint().width() - m_text->sizeHint().width();
    const int width = std::min(most, line + rest + 2 * margin);
    const int height = m_layout->hasHeightForWidth() ? m_layout->totalHeightForWidth(width) : m_layout->totalSizeHint().height();
    int below = margin;
    if (const auto* main = qobject_cast<const QMainWindow*>(&m_window)) {
        if (const auto* bar = main->findChild<const QStatusBar*>(QString(), Qt::FindDirectChildrenOnly); bar && bar->isVisible())
            below += bar->height();
    }
    setGeometry((m_window.width() - width) / 2, m_window.height() - height - below, width, height);
}

bool Toast::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == &m_window && event->type() == QEvent::Resize && isVisible())
        place();
    return QFrame::eventFilter(watched, event);
}

void Toast::enterEvent(QEnterEvent* event)
{
    QFrame::enterEvent(event);
    m_timer->stop();
}

void Toast::leaveEvent(QEvent* event)
{
    QFrame::leaveEvent(event);
    if (isVisible())
        wait();
}

} // namespace turnspit
