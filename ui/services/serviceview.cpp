#include <ui/services/serviceview.h>

#include <turnspit/async/wait.h>
#include <ui/services/servicedelegates.h>
#include <ui/services/servicefilter.h>
#include <ui/services/servicemodel.h>
#include <ui/text/opening.h>
#include <ui/text/words.h>

#include <QDataStream>
#include <QHeaderView>
#include <QIODevice>
#include <QKeyEvent>
#include <QMenu>
#include <QScopedValueRollback>
#include <QStyle>

#include <algorithm>
#include <array>

using namespace std::chrono_literals;

namespace turnspit {
namespace {

constexpr std::chrono::nanoseconds calm = 1s;

/// Of our columns, so that a state of other columns is not taken for ours.
constexpr quint32 stateMark = 0x54530002;

/// In average characters; 0: what is left.
constexpr std::array<int, ServiceModel::ColumnCount> widths{22, 0, 21, 15, 10, 11, 16, 16, 16, 11, 14, 11, 20, 30};

constexpr int leastName = 16;

bool isLeastColumn(int column)
{
    return column == ServiceModel::StateColumn || column == ServiceModel::NameColumn;
}

} // namespace

ServiceView::ServiceView(ServiceFilter& filter, QWidget* parent)
    : QTreeView(parent), m_filter(filter), m_pointerMoved(Clock::current().now() - calm), m_resorted(m_pointerMoved)
{
    setObjectName(QStringLiteral("serviceView"));
    setAccessibleName(tr("Services"));
    setItemDelegateForColumn(ServiceModel::StateColumn, new StateDelegate(this));
    setItemDelegateForColumn(ServiceModel::RecentColumn, new RecentDelegate(this));
    for (const int column : {ServiceModel::CpuColumn, ServiceModel::MemoryColumn, ServiceModel::RestartsColumn, ServiceModel::PidColumn})
        setItemDelegateForColumn(column, new NumberDelegate(this));
    setModel(&filter);
    setUniformRowHeights(true);
    setAlternatingRowColors(true);
    setAllColumnsShowFocus(true);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setExpandsOnDoubleClick(true);
    setMouseTracking(true);
    setIndentation(fontMetrics().averageCharWidth() * 2);
    setContextMenuPolicy(Qt::ActionsContextMenu);

    header()->setObjectName(QStringLiteral("serviceHeader"));
    header()->setStretchLastSection(false);
    header()->setSectionsMovable(true);
    header()->setMinimumSectionSize(4 * fontMetrics().averageCharWidth());
    header()->setContextMenuPolicy(Qt::CustomContextMenu);
    setDefaultColumns();
    setSortingEnabled(true);
    sortByColumn(ServiceModel::NameColumn, Qt::AscendingOrder);

    connect(header(), &QWidget::customContextMenuRequested, this, &ServiceView::showColumnMenu);
    for (const auto signal : {&QHeaderView::sectionResized, &QHeaderView::sectionMoved})
        connect(header(), signal, this, &ServiceView::arrangementChanged);
    connect(header(), &QHeaderView::sectionResized, this, [this](int column) {
        if (column != ServiceModel::NameColumn)
            fitName();
    });
    connect(header(), &QHeaderView::sortIndicatorChanged, this, &ServiceView::arrangementChanged);
    connect(this, &QTreeView::expanded, this, [this](const QModelIndex& index) { onFold(index, false); });
    connect(this, &QTreeView::collapsed, this, [this](const QModelIndex& index) { onFold(index, true); });
    onOpening(*this, [this](const QModelIndex& index) {
        if (!index.data(ServiceModel::NameRole).toString().isEmpty())
            Q_EMIT opened();
    });
    connect(&filter, &ServiceFilter::orderIsStale, this, &ServiceView::onStale);
}

ServiceView::~ServiceView() = default;

// ---- what is selected -------------------------------------------------------------------------------------------------------

QStringList ServiceView::selectedNames() const
{
    QStringList names;
    QSet<QString> known; // a service and its group may both be selected
    const auto add = [&](const QModelIndex& index) {
        const QString name = index.data(ServiceModel::NameRole).toString();
        if (name.isEmpty() || known.contains(name))
            return;
        known.insert(name);
        names += name;
    };
    const auto place = [](const QModelIndex& index) {
        return index.parent().isValid() ? std::pair(index.parent().row(), index.row()) : std::pair(index.row(), -1);
    };
    QModelIndexList rows = selectionModel()->selectedRows();
    std::sort(rows.begin(), rows.end(), [&](const QModelIndex& a, const QModelIndex& b) { return place(a) < place(b); });
    for (const QModelIndex& index : std::as_const(rows)) {
        add(index);
        for (int row = 0; row < m_filter.rowCount(index); ++row)
            add(m_filter.index(row, 0, index));
    }
    return names;
}

QStringList ServiceView::namesInSight() const
{
    QStringList names;
    const int bottom = viewport()->height();
    for (QModelIndex index = indexAt(QPoint(0, 0)); index.isValid() && visualRect(index).top() < bottom; index = indexBelow(index)) {
        if (const QString name = index.data(ServiceModel::NameRole).toString(); !name.isEmpty())
            names += name;
    }
    return names;
}

QString ServiceView::currentName() const
{
    const QStringList names = selectedNames();
    const QString current = currentIndex().data(ServiceModel::NameRole).toString();
    return names.contains(current) ? current : names.value(0);
}

bool ServiceView::select(const QString& name)
{
    const QModelIndex index = m_filter.indexOf(name);
    if (!index.isValid())
        return false;
    selectionModel()->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    scrollTo(index); // unfolds its group
    return true;
}

void ServiceView::selectFirst()
{
    QModelIndex first = m_filter.index(0, 0);
    for (int row = 0; row < m_filter.rowCount(); ++row) {
        const QModelIndex index = m_filter.index(row, 0);
        if (m_filter.isOfHost(index))
            continue;
        first = m_filter.rowCount(index) > 0 && isExpanded(index) ? m_filter.index(0, 0, index) : index;
        break;
    }
    selectionModel()->setCurrentIndex(first, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
}

void ServiceView::selectionChanged(const QItemSelection& selected, const QItemSelection& deselected)
{
    QTreeView::selectionChanged(selected, deselected);
    Q_EMIT selectionMoved();
}

void ServiceView::currentChanged(const QModelIndex& current, const QModelIndex& previous)
{
    QTreeView::currentChanged(current, previous);
    Q_EMIT selectionMoved();
}

// ---- groups -----------------------------------------------------------------------------------------------------------------

void ServiceView::dressGroup(const QModelIndex& index)
{
    if (!index.data(ServiceModel::NameRole).toString().isEmpty())
        return;
    const QScopedValueRollback dressing(m_dressing, true);
    setFirstColumnSpanned(index.row(), {}, true);
    setExpanded(index, m_allUnfolded || !m_folded.contains(index.data(ServiceModel::GroupRole).toString()));
}

void ServiceView::onFold(const QModelIndex& index, bool folded)
{
    const QString group = index.data(ServiceModel::GroupRole).toString();
    if (m_dressing || m_allUnfolded || group.isEmpty())
        return;
    if (folded)
        m_folded.insert(group);
    else
        m_folded.remove(group);
    Q_EMIT arrangementChanged();
}

void ServiceView::showAllFolds(bool all)
{
    if (std::exchange(m_allUnfolded, all) == all)
        return;
    for (int row = 0; row < m_filter.rowCount(); ++row)
        dressGroup(m_filter.index(row, 0));
}

QStringList ServiceView::folded() const
{
    QStringList groups(m_folded.begin(), m_folded.end());
    groups.sort();
    return groups;
}

void ServiceView::setFolded(const QStringList& groups)
{
    m_folded = QSet<QString>(groups.begin(), groups.end());
    for (int row = 0; row < m_filter.rowCount(); ++row)
        dressGroup(m_filter.index(row, 0));
}

void ServiceView::rowsInserted(const QModelIndex& parent, int start, int end)
{
    QTreeView::rowsInserted(parent, start, end);
    for (int row = start; row <= end && !parent.isValid(); ++row)
        dressGroup(m_filter.index(row, 0));
}

void ServiceView::reset()
{
    QTreeView::reset();
    for (int row = 0; model() && row < model()->rowCount(); ++row)
        dressGroup(model()->index(row, 0));
}

// ---- columns ----------------------------------------------------------------------------------------------------------------

void ServiceView::setDefaultColumns()
{
    const int unit = fontMetrics().averageCharWidth();
    for (int column = 0; column < ServiceModel::ColumnCount; ++column) {
        header()->moveSection(header()->visualIndex(column), column);
        // The name has what the others leave; Qt's own stretching does not shrink once they leave nothing.
        header()->setSectionResizeMode(column, column == ServiceModel::NameColumn ? QHeaderView::Fixed : QHeaderView::Interactive);
        const int usual = widths.at(static_cast<std::size_t>(column)) * unit;
        header()->resizeSection(column, std::max({usual, header()->sectionSizeHint(column), column == ServiceModel::StateColumn ? stateWidth() : 0}));
        header()->setSectionHidden(column, column >= ServiceModel::KindColumn);
    }
    fitName();
}

/// Of the longest word, in a group.
int ServiceView::stateWidth() const
{
    int word = 0;
    for (const ServiceState state : {ServiceState::Stopped, ServiceState::Starting, ServiceState::Running, ServiceState::Waiting, ServiceState::BackingOff,
                                     ServiceState::Stopping, ServiceState::Failed, ServiceState::Completed, ServiceState::Invalid, ServiceState::Disabled})
        word = std::max(word, fontMetrics().horizontalAdvance(words::state(state)));
    return word + style()->pixelMetric(QStyle::PM_SmallIconSize, nullptr, this) + 2 * indentation() + 2 * fontMetrics().averageCharWidth();
}

void ServiceView::fitName()
{
    int others = 0;
    for (int column = 0; column < ServiceModel::ColumnCount; ++column)
        others += column == ServiceModel::NameColumn ? 0 : header()->sectionSize(column); // 0 of a hidden one
    header()->resizeSection(ServiceModel::NameColumn, std::max(leastName * fontMetrics().averageCharWidth(), viewport()->width() - others));
}

void ServiceView::setLastKnown(bool lastKnown)
{
    if (m_lastKnown == lastKnown)
        return;
    m_lastKnown = lastKnown;
    viewport()->update();
}

void ServiceView::initViewItemOption(QStyleOptionViewItem* option) const
{
    QTreeView::initViewItemOption(option);
    if (!m_lastKnown)
        return;
    option->state.setFlag(QStyle::State_Enabled, false);
    option->palette.setColor(QPalette::Disabled, QPalette::Text, palette().color(QPalette::PlaceholderText)); // faint, but to be read
    option->palette.setColor(QPalette::Disabled, QPalette::HighlightedText, palette().color(QPalette::Active, QPalette::HighlightedText));
}

void ServiceView::resizeEvent(QResizeEvent* event)
{
    QTreeView::resizeEvent(event);
    fitName();
}

QByteArray ServiceView::columns() const
{
    QByteArray bytes;
    QDataStream stream(&bytes, QIODevice::WriteOnly);
    stream << stateMark << static_cast<qint32>(ServiceModel::ColumnCount) << header()->saveState();
    return bytes;
}

void ServiceView::setColumns(const QByteArray& state)
{
    QDataStream stream(state);
    quint32 mark = 0;
    qint32 count = 0;
    QByteArray headerState;
    stream >> mark >> count >> headerState;
    if (stream.status() != QDataStream::Ok || mark != stateMark || count != ServiceModel::ColumnCount)
        return;
    header()->restoreState(headerState);
    header()->setSectionResizeMode(ServiceModel::NameColumn, QHeaderView::Fixed);
    fitName();
    sortByColumn(header()->sortIndicatorSection(), header()->sortIndicatorOrder());
}

void ServiceView::showColumnMenu(const QPoint& at)
{
    auto* menu = new QMenu(this);
    menu->setObjectName(QStringLiteral("columnMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (int column = 0; column < ServiceModel::ColumnCount; ++column) {
        QAction* const action = menu->addAction(m_filter.headerData(column, Qt::Horizontal).toString().trimmed());
        action->setCheckable(true);
        action->setChecked(!header()->isSectionHidden(column));
        action->setEnabled(!isLeastColumn(column));
        connect(action, &QAction::toggled, this, [this, column](bool shown) {
            header()->setSectionHidden(column, !shown);
            if (shown && header()->sectionSize(column) < header()->minimumSectionSize())
                header()->resizeSection(column, widths.at(static_cast<std::size_t>(column)) * fontMetrics().averageCharWidth());
            Q_EMIT arrangementChanged();
        });
    }
    menu->addSeparator();
    connect(menu->addAction(tr("&Reset columns")), &QAction::triggered, this, [this] {
        setDefaultColumns();
        sortByColumn(ServiceModel::NameColumn, Qt::AscendingOrder);
        Q_EMIT arrangementChanged();
    });
    menu->popup(header()->mapToGlobal(at));
}

// ---- keys, pointer, order ---------------------------------------------------------------------------------------------------

void ServiceView::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Space && event->modifiers() == Qt::NoModifier) {
        Q_EMIT toggled();
        return;
    }
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (enter && event->modifiers() == Qt::NoModifier && currentIndex().isValid()) {
        // Also where the platform activates by a click, and on a group.
        if (currentIndex().data(ServiceModel::NameRole).toString().isEmpty())
            setExpanded(currentIndex().siblingAtColumn(0), !isExpanded(currentIndex().siblingAtColumn(0)));
        else
            Q_EMIT opened();
        return;
    }
    QTreeView::keyPressEvent(event);
}

bool ServiceView::viewportEvent(QEvent* event)
{
    if (event->type() == QEvent::MouseMove || event->type() == QEvent::HoverMove || event->type() == QEvent::Wheel)
        m_pointerMoved = Clock::current().now();
    return QTreeView::viewportEvent(event);
}

void ServiceView::onStale()
{
    const bool byName = m_filter.sortColumn() == ServiceModel::NameColumn && m_filter.sortOrder() == Qt::AscendingOrder;
    if (!byName && !std::exchange(m_resorting, true))
        m_tasks.spawn(resortWhenCalm());
}

Task<> ServiceView::resortWhenCalm()
{
    // Never before the change itself has been handled by everybody.
    co_await yieldToLoop();
    for (;;) {
        const auto left = std::max(m_pointerMoved, m_resorted) + calm - Clock::current().now();
        if (left <= std::chrono::nanoseconds(0))
            break;
        co_await delay(left);
    }
    m_resorted = Clock::current().now();
    m_resorting = false;
    m_filter.resort();
}

} // namespace turnspit
