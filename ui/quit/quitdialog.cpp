#include <ui/quit/quitdialog.h>

#include <turnspit/async/periodictimer.h>
#include <ui/quit/quitplan.h>
#include <ui/text/words.h>
#include <ui/theme/stateicon.h>
#include <ui/theme/tones.h>

#include <QDialogButtonBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QScreen>
#include <QScrollBar>
#include <QTreeWidget>
#include <QVBoxLayout>

using namespace std::chrono_literals;

namespace turnspit {
namespace {

enum Column { NameColumn, WhatColumn, LeftColumn, KillColumn, ColumnCount };

QString clockText(std::chrono::microseconds left)
{
    const auto s = std::max<qint64>(0, ceil<std::chrono::seconds>(left).count());
    return QStringLiteral("%1:%2").arg(s / 60).arg(s % 60, 2, 10, QLatin1Char('0'));
}

ServiceState iconOf(QuitPlan::Row::State state)
{
    switch (state) {
    case QuitPlan::Row::State::Stopping:
        return ServiceState::Stopping;
    case QuitPlan::Row::State::Stopped:
        return ServiceState::Stopped;
    default:
        return ServiceState::Failed;
    }
}

QString whatOf(const QuitPlan::Row& row)
{
    switch (row.state) {
    case QuitPlan::Row::State::Stopping:
        return row.sent.isEmpty() ? QuitDialog::tr("asked to stop")
                                  : QuitDialog::tr("%1 sent", "a signal").arg(row.sent);
    case QuitPlan::Row::State::Stopped:
        return QuitDialog::tr("stopped in %1", "a duration").arg(words::duration(row.took));
    case QuitPlan::Row::State::Killed:
        return QuitDialog::tr("killed after %1", "a duration").arg(words::duration(row.took));
    case QuitPlan::Row::State::StillAlive:
        return QuitDialog::tr("could not be stopped");
    }
    return {};
}

} // namespace

QuitDialog::QuitDialog(QuitPlan& plan, QWidget* parent)
    : QDialog(parent), m_plan(plan), m_title(new QLabel(this)), m_list(new QTreeWidget(this)),
      m_limit(new QLabel(this)), m_extend(new QPushButton(tr("+1 min"), this)),
      m_hide(new QPushButton(tr("Hide, finish in background"), this)), m_killAll(new QPushButton(this)),
      m_stay(new QPushButton(tr("Don't quit"), this))
{
    setObjectName(QStringLiteral("quitDialog"));
    setWindowTitle(tr("Quit Turnspit"));

    m_list->setObjectName(QStringLiteral("quitList"));
    m_list->setAccessibleName(tr("Services that are being stopped"));
    m_list->setColumnCount(ColumnCount);
    m_list->setHeaderHidden(true);
    m_list->setRootIsDecorated(false);
    m_list->setSelectionMode(QAbstractItemView::NoSelection);
    m_list->setFocusPolicy(Qt::NoFocus); // its buttons are what one goes to
    m_list->header()->setStretchLastSection(false);
    m_list->header()->setSectionResizeMode(WhatColumn, QHeaderView::Stretch);

    m_extend->setObjectName(QStringLiteral("quitExtend"));
    m_extend->setAccessibleName(tr("Give everything that is still stopping one minute more"));
    m_extend->setToolTip(m_extend->accessibleName());
    connect(m_extend, &QPushButton::clicked, this, [this] { m_plan.extend(1min); });
    auto* const limits = new QHBoxLayout;
    limits->addWidget(m_limit);
    limits->addWidget(m_extend);
    limits->addStretch();

    auto* const note = new QLabel(tr("If a service is killed, its unfinished work may be lost."), this);
    note->setWordWrap(true);

    auto* const buttons = new QDialogButtonBox(this);
    m_stay->setObjectName(QStringLiteral("quitStay"));
    m_stay->setDefault(true);
    buttons->addButton(m_stay, QDialogButtonBox::RejectRole);
    m_hide->setObjectName(QStringLiteral("quitHide"));
    buttons->addButton(m_hide, QDialogButtonBox::ActionRole);
    m_killAll->setObjectName(QStringLiteral("quitKillAll"));
    buttons->addButton(m_killAll, QDialogButtonBox::DestructiveRole);
    for (QPushButton* const button : {m_extend, m_hide, m_killAll})
        button->setAutoDefault(false);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(this, &QDialog::rejected, this, &QuitDialog::stay);
    connect(m_hide, &QPushButton::clicked, this, &QuitDialog::hideRequested);
    connect(m_killAll, &QPushButton::clicked, &m_plan, &QuitPlan::killAll);

    auto* const layout = new QVBoxLayout(this);
    layout->addWidget(m_title);
    layout->addWidget(m_list, 1);
    layout->addLayout(limits);
    layout->addWidget(note);
    layout->addWidget(buttons);

    connect(&m_plan, &QuitPlan::changed, this, &QuitDialog::refresh);
    refresh();
    m_stay->setFocus();
}

QuitDialog::~QuitDialog() = default;

void QuitDialog::setCanHide(bool canHide, const QString& why)
{
    m_hide->setEnabled(canHide);
    m_hide->setToolTip(why);
}

void QuitDialog::refresh()
{
    const auto& rows = m_plan.rows();
    for (int n = 0; n < rows.size(); ++n) {
        const QString& name = rows.at(n).name;
        QTreeWidgetItem* item = m_list->topLevelItem(n);
        if (!item || item->text(NameColumn) != name) {
            item = new QTreeWidgetItem;
            item->setText(NameColumn, name);
            item->setToolTip(NameColumn, name);
            m_list->insertTopLevelItem(n, item);
            auto* const button = new QPushButton(tr("Kill now"), m_list);
            button->setObjectName(QStringLiteral("quitKill/%1").arg(name));
            button->setAccessibleName(tr("Kill %1 now").arg(name));
            button->setAutoDefault(false);
            connect(button, &QPushButton::clicked, this, [this, name] { m_plan.kill(name); });
            m_list->setItemWidget(item, KillColumn, button);
            item->setData(KillColumn, Qt::AccessibleTextRole, button->accessibleName()); // what is in a cell has no node of its own
        }
        refreshRow(*item, n);
    }
    const int left = m_plan.stillStopping();
    m_title->setText(m_plan.problem().isEmpty() ? tr("Stopping %n service(s)…", nullptr, left) : m_plan.problem());
    m_killAll->setText(tr("Kill all %n now", nullptr, left));
    m_killAll->setEnabled(left > 0);
    m_extend->setEnabled(left > 0);

    std::optional<WallTime> last;
    for (const QuitPlan::Row& row : rows) {
        if (row.killAt && row.state == QuitPlan::Row::State::Stopping)
            last = std::max(last.value_or(*row.killAt), *row.killAt);
    }
    m_limit->setText(last ? tr("Time limit %1", "minutes:seconds").arg(clockText(*last - Clock::current().wallNow()))
                          : QString());
    fitColumns();
    tintButtons();
}

void QuitDialog::refreshRow(QTreeWidgetItem& item, int number)
{
    const QuitPlan::Row& row = m_plan.rows().at(number);
    const bool stopping = row.state == QuitPlan::Row::State::Stopping;
    item.setIcon(NameColumn, stateIcon(iconOf(row.state)));
    item.setText(WhatColumn, whatOf(row));
    item.setText(LeftColumn, stopping && row.killAt ? clockText(*row.killAt - Clock::current().wallNow()) : QString());
    item.setTextAlignment(LeftColumn, Qt::AlignRight | Qt::AlignVCenter);
    QWidget* const button = m_list->itemWidget(&item, KillColumn);
    if (stopping || !button)
        return;
    if (button->hasFocus())
        m_stay->setFocus(); // never to the next one that kills
    m_list->removeItemWidget(&item, KillColumn);
    item.setData(KillColumn, Qt::AccessibleTextRole, {});
}

void QuitDialog::fitColumns()
{
    for (const Column column : {NameColumn, LeftColumn, KillColumn})
        m_list->resizeColumnToContents(column);
    const int gap = 2 * m_list->fontMetrics().averageCharWidth();
    m_list->setColumnWidth(NameColumn, m_list->columnWidth(NameColumn) + gap);
    m_list->setColumnWidth(LeftColumn, m_list->columnWidth(LeftColumn) + gap);
    // Wide enough for what is said about each; it never shrinks while somebody looks at it.
    int needed = 0;
    for (int row = 0; row < m_list->topLevelItemCount(); ++row)
        needed = std::max(needed, m_list->fontMetrics().horizontalAdvance(m_list->topLevelItem(row)->text(WhatColumn)));
    needed += 2 * gap + 2 * m_list->frameWidth() + m_list->verticalScrollBar()->sizeHint().width();
    for (const Column column : {NameColumn, LeftColumn, KillColumn})
        needed += m_list->columnWidth(column);
    const int room = screen()->availableSize().width() - 4 * gap;
    const int usual = 74 * m_list->fontMetrics().averageCharWidth();
    if (needed > room) // the name gives way: its tool tip has all of it
        m_list->setColumnWidth(NameColumn, std::max(8 * gap, m_list->columnWidth(NameColumn) - (needed - room)));
    m_list->setMinimumSize(std::max(m_list->minimumWidth(), std::min(room, std::max(usual, needed))), m_list->fontMetrics().height() * 9);
}

void QuitDialog::tintButtons()
{
    const QColor color = tones::onButton(ServiceState::Failed, palette());
    QPalette red = palette();
    red.setColor(QPalette::Active, QPalette::ButtonText, color);
    red.setColor(QPalette::Inactive, QPalette::ButtonText, color);
    m_killAll->setPalette(red);
    for (QPushButton* const button : m_list->findChildren<QPushButton*>())
        button->setPalette(red);
}

void QuitDialog::showEvent(QShowEvent* event)
{
    QDialog::showEvent(event);
    if (!m_ticking) {
        m_ticking = std::make_unique<TaskScope>();
        m_ticking->spawn(tick());
    }
}

void QuitDialog::hideEvent(QHideEvent* event)
{
    QDialog::hideEvent(event);
    m_ticking.reset();
}

void QuitDialog::changeEvent(QEvent* event)
{
    QDialog::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        tintButtons();
}

Task<> QuitDialog::tick()
{
    PeriodicTimer timer(1s);
    while (co_await timer.nextTick()) {
        m_plan.refreshLimits();
        refresh();
    }
}

} // namespace turnspit
