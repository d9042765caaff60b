#include <ui/window/filterbar.h>

#include <ui/text/words.h>
#include <ui/theme/icons.h>
#include <ui/theme/stateicon.h>

#include <QButtonGroup>
#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLocale>
#include <QSignalBlocker>
#include <QToolButton>
#include <QVBoxLayout>

#include <array>
#include <utility>

namespace turnspit {
namespace {

/// In the order in which a person looks: what goes on first, then what needs them, then what rests.
constexpr std::array states{ServiceState::Running,  ServiceState::Starting,  ServiceState::Waiting, ServiceState::Failed,
                            ServiceState::BackingOff, ServiceState::Stopping, ServiceState::Invalid, ServiceState::Completed,
                            ServiceState::Stopped,  ServiceState::Disabled};

} // namespace

FilterBar::FilterBar(QWidget* parent)
    : QWidget(parent), m_layout(new QHBoxLayout), m_below(new QHBoxLayout), m_buttons(new QButtonGroup(this)), m_groups(new QComboBox(this))
{
    setObjectName(QStringLiteral("filterBar"));
    auto* rows = new QVBoxLayout(this);
    rows->setContentsMargins(6, 3, 6, 3);
    rows->setSpacing(2);
    rows->addLayout(m_layout);
    rows->addLayout(m_below);
    m_layout->setSpacing(2);
    m_below->addStretch(1);
    m_all = addChip(QStringLiteral("chipAll"));
    m_all->setChecked(true);
    connect(m_all, &QToolButton::clicked, this, [this] { choose(std::nullopt); });
    for (const ServiceState state : states) {
        const std::string word(toString(state));
        QToolButton* const button = addChip(QStringLiteral("chip-") + QString::fromStdString(word));
        button->setIcon(stateIcon(state));
        button->hide();
        m_chips.emplace(state, Chip{button});
        connect(button, &QToolButton::clicked, this, [this, state] { choose(state); });
    }
    m_only = addChip(QStringLiteral("chipOnly"));
    m_only->setIcon(actionIcon(QStringLiteral("filter")));
    m_only->hide();
    connect(m_only, &QToolButton::clicked, this, [this] {
        setOnly(0);
        Q_EMIT onlyDropped();
    });
    m_layout->addStretch(1);
    m_groups->setObjectName(QStringLiteral("groupChooser"));
    m_groups->setAccessibleName(tr("Group"));
    m_groups->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_groups->hide();
    m_layout->addWidget(m_groups);
    connect(m_groups, &QComboBox::activated, this, &FilterBar::chooseGroupAt);
    refresh();
}

QToolButton* FilterBar::addChip(const QString& objectName)
{
    auto* button = new QToolButton(this);
    button->setObjectName(objectName);
    button->setCheckable(true);
    button->setAutoRaise(true);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setFocusPolicy(Qt::TabFocus);
    button->setMinimumHeight(24);
    m_buttons->addButton(button);
    m_layout->addWidget(button);
    return button;
}

void FilterBar::setServices(const QList<ServiceInfo>& services, const QStringList& groups)
{
    for (auto& [state, chip] : m_chips)
        chip.count = 0;
    for (const ServiceInfo& service : services)
        ++m_chips.at(service.state).count;
    m_total = static_cast<int>(services.size());

    QStringList shown = groups;
    if (m_group && !m_group->isEmpty() && !shown.contains(*m_group))
        shown += *m_group;
    QStringList present;
    for (int row = 1; row < m_groups->count(); ++row)
        present += m_groups->itemData(row).toString();
    if (present != shown || m_groups->count() == 0) {
        m_groups->clear();
        m_groups->addItem(tr("All groups"));
        for (const QString& group : std::as_const(shown))
            m_groups->addItem(group, group);
    }
    m_groups->setCurrentIndex(m_group ? m_groups->findData(*m_group) : 0);
    m_groups->setVisible(!shown.isEmpty());
    refresh();
}

void FilterBar::setState(std::optional<ServiceState> state)
{
    m_state = state;
    refresh();
}

void FilterBar::setOnly(int count)
{
    m_onlyCount = count;
    m_shown.clear(); // a click may have changed a button by itself
    refresh();
}

void FilterBar::setGroup(const std::optional<QString>& group)
{
    m_group = group;
    if (group && m_groups->findData(*group) < 0)
        m_groups->addItem(*group, *group);
    m_groups->setCurrentIndex(group ? m_groups->findData(*group) : 0);
}

void FilterBar::choose(std::optional<ServiceState> state)
{
    // A second click on a chip takes it away again.
    m_state = state == m_state ? std::nullopt : state;
    m_shown.clear(); // the click has changed a button by itself
    refresh();
    Q_EMIT stateChosen(m_state);
}

void FilterBar::chooseGroupAt(int row)
{
    m_group = row > 0 ? std::optional(m_groups->itemData(row).toString()) : std::nullopt;
    Q_EMIT groupChosen(m_group);
}

void FilterBar::label(QToolButton* button, const QString& word, int count, bool compact) const
{
    const QString full = tr("%1 %2", "a state, how many services are in it").arg(word, QLocale().toString(count));
    button->setText(compact ? QLocale().toString(count) : full);
    button->setToolTip(compact ? full : QString());
    button->setAccessibleName(full);
}

void FilterBar::labelAll(bool compact)
{
    label(m_all, tr("All"), m_total, false);
    label(m_only, tr("From the notice", "services that a notice told of"), m_onlyCount, compact);
    for (const auto& [state, chip] : m_chips)
        label(chip.button, words::state(state).remove(QChar(0x2026)), chip.count, compact);
}

void FilterBar::refresh()
{
    QList<int> counts{m_total, m_onlyCount, m_groups->isHidden() ? 0 : m_groups->count()};
    for (const auto& [state, chip] : m_chips)
        counts += m_state == state ? -1 - chip.count : chip.count;
    if (std::exchange(m_shown, counts) == counts)
        return; // most changes of services are none of the counts
    m_all->setChecked(!m_state && m_onlyCount == 0);
    m_only->setVisible(m_onlyCount > 0);
    m_only->setChecked(m_onlyCount > 0);
    for (const auto& [state, chip] : m_chips) {
        chip.button->setVisible(chip.count > 0 || m_state == state);
        chip.button->setChecked(m_state == state);
    }
    fit();
}

void FilterBar::fit()
{
    labelAll(false);
    const bool compact = chipsWidth() + groupsWidth() > width();
    if (compact)
        labelAll(true);
    // Where even figures leave it no room, the group has a row of its own.
    QHBoxLayout* const home = compact && chipsWidth() + groupsWidth() > width() ? m_below : m_layout;
    if (home->indexOf(m_groups) < 0) {
        (home == m_below ? m_layout : m_below)->removeWidget(m_groups);
        home->addWidget(m_groups);
    }
}

int FilterBar::chipsWidth() const
{
    int width = layout()->contentsMargins().left() + layout()->contentsMargins().right();
    for (const QAbstractButton* const chip : m_buttons->buttons()) {
        if (!chip->isHidden())
            width += chip->sizeHint().width() + m_layout->spacing();
    }
    return width;
}

int FilterBar::groupsWidth() const
{
    return m_groups->isHidden() ? 0 : m_groups->sizeHint().width() + m_layout->spacing();
}

QSize FilterBar::minimumSizeHint() const
{
    return {0, QWidget::minimumSizeHint().height()};
}

void FilterBar::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    fit();
}

void FilterBar::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        fit();
}

} // namespace turnspit
