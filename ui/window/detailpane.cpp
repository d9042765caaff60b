#include <ui/window/detailpane.h>

#include <QShortcut>
#include <QTabBar>
#include <QTabWidget>
#include <QToolButton>
#include <QVBoxLayout>

namespace turnspit {

DetailPane::DetailPane(QWidget* parent) : QWidget(parent), m_tabs(new QTabWidget(this)), m_back(new QToolButton(this))
{
    m_tabs->setObjectName(QStringLiteral("detailTabs"));
    m_tabs->setAccessibleName(tr("About the selected service"));
    m_tabs->setDocumentMode(true);
    m_back->setObjectName(QStringLiteral("detailBack"));
    m_back->setText(tr("Back"));
    m_back->setToolTip(tr("Back to the list (Esc)"));
    m_back->setArrowType(layoutDirection() == Qt::RightToLeft ? Qt::RightArrow : Qt::LeftArrow);
    m_back->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_back->setAutoRaise(true);
    m_back->setMinimumHeight(24);
    m_back->hide();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_tabs);

    connect(m_back, &QToolButton::clicked, this, &DetailPane::backRequested);
    connect(m_tabs, &QTabWidget::currentChanged, this, [this](int index) {
        tell(index);
        Q_EMIT currentTabChanged(currentTab());
    });
}

void DetailPane::addTab(const QString& key, const QString& title, QWidget* page, std::function<void(const QString&)> open)
{
    m_entries.append({key, std::move(open), {}});
    const int index = m_tabs->addTab(page, title);
    m_tabs->setTabToolTip(index, tr("Alt+%1", "a key").arg(index + 1));
    auto* shortcut = new QShortcut(QKeySequence(Qt::ALT | static_cast<Qt::Key>(Qt::Key_1 + index)), window()); // also while this is hidden
    connect(shortcut, &QShortcut::activated, this, [this, key] {
        showTab(key);
        Q_EMIT tabRequested();
    });
    tell(m_tabs->currentIndex());
}

void DetailPane::open(const QString& service)
{
    m_service = service;
    tell(m_tabs->currentIndex());
}

void DetailPane::tell(int index)
{
    if (index < 0 || index >= m_entries.size())
        return;
    Tab& tab = m_entries[index];
    if (!tab.opened.isNull() && tab.opened == m_service)
        return;
    tab.opened = m_service.isNull() ? QStringLiteral("") : m_service;
    tab.open(m_service);
}

void DetailPane::showTab(const QString& key)
{
    for (int index = 0; index < m_entries.size(); ++index) {
        if (m_entries[index].key == key)
            m_tabs->setCurrentIndex(index);
    }
}

QString DetailPane::currentTab() const
{
    const int index = m_tabs->currentIndex();
    return index >= 0 && index < m_entries.size() ? m_entries[index].key : QString();
}

void DetailPane::setBackVisible(bool visible)
{
    // A hidden one would keep its room.
    m_tabs->setCornerWidget(visible ? m_back : nullptr, Qt::TopLeftCorner);
    m_back->setVisible(visible);
}

} // namespace turnspit
