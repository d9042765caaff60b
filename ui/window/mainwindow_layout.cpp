#include <ui/window/mainwindow.h>

#include <ui/services/holdspan.h>
#include <ui/services/servicefilter.h>
#include <ui/services/servicemodel.h>
#include <ui/services/serviceview.h>
#include <ui/session/hostmirror.h>
#include <ui/window/detailpane.h>
#include <ui/window/filterbar.h>
#include <ui/window/whybar.h>
#include <ui/window/windowmemory.h>

#include <QAction>
#include <QItemSelectionModel>
#include <QLineEdit>
#include <QResizeEvent>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>

/// Where the parts of the window are, and what of it is remembered.
namespace turnspit {
namespace {

constexpr int roomForBoth = 900; ///< narrower, list and detail are a page each

QString splitterKey(Qt::Orientation orientation)
{
    return orientation == Qt::Horizontal ? QStringLiteral("splitterBeside") : QStringLiteral("splitterBelow");
}

} // namespace

void MainWindow::recall()
{
    restoreGeometry(m_memory->value(QStringLiteral("geometry")).toByteArray());
    m_view->setColumns(m_memory->value(QStringLiteral("columns")).toByteArray());
    m_view->setFolded(m_memory->value(QStringLiteral("folded")).toStringList());
    m_splitter->restoreState(m_memory->value(splitterKey(Qt::Vertical)).toByteArray());
    m_atSide->setChecked(m_memory->value(QStringLiteral("detailAtSide")).toBool());
    m_detail->showTab(m_memory->value(QStringLiteral("tab")).toString());
    recallFilter();

    connect(m_view, &ServiceView::arrangementChanged, this, [this] {
        m_memory->set(QStringLiteral("columns"), m_view->columns());
        m_memory->set(QStringLiteral("folded"), m_view->folded());
    });
    connect(m_splitter, &QSplitter::splitterMoved, this,
            [this] { m_memory->set(splitterKey(m_splitter->orientation()), m_splitter->saveState()); });
    connect(m_detail, &DetailPane::currentTabChanged, this, [this](const QString& key) { m_memory->set(QStringLiteral("tab"), key); });
    layOut();
}

void MainWindow::recallFilter()
{
    const auto state = serviceStateFromString(m_memory->value(QStringLiteral("filterState")).toString().toStdString());
    const QString group = m_memory->value(QStringLiteral("filterGroup")).toString();
    m_filterBar->setState(state);
    m_filter->setState(state);
    if (!group.isEmpty()) {
        m_filterBar->setGroup(group);
        m_filter->setGroup(group);
    }
    m_filterEdit->setText(m_memory->value(QStringLiteral("filterText")).toString());
}

void MainWindow::rememberFilter()
{
    const auto state = m_filter->state();
    m_memory->set(QStringLiteral("filterState"), state ? QString::fromStdString(std::string(toString(*state))) : QString());
    m_memory->set(QStringLiteral("filterGroup"), m_filter->group().value_or(QString()));
    m_memory->set(QStringLiteral("filterText"), m_filterEdit->text());
}

/// Each program that is shown in between has a selection of its own.
QString MainWindow::selectionKey() const
{
    const HostInfo* const host = m_mirror->host();
    const bool worker = host && host->features.contains(QLatin1String("worker"));
    return worker ? QStringLiteral("selection/") + host->host : QStringLiteral("selection");
}

void MainWindow::recallSelection()
{
    const ServiceModel& model = m_mirror->model();
    if (std::ranges::all_of(model.services(), isOfHost)) {
        // The page of nothing is shown: the first service that comes is the one to look at.
        m_view->clearSelection();
        m_recallsSelection = true;
        return;
    }
    // Once for each host: whoever clears the selection afterwards means it.
    if (!m_recallsSelection || m_filter->rowCount() == 0)
        return;
    m_recallsSelection = false;
    for (const QString& name : m_memory->value(selectionKey()).toStringList()) {
        const QModelIndex row = m_filter->indexOf(name);
        if (!row.isValid() || isOfHost(*model.find(name)))
            continue;
        if (m_view->selectionModel()->hasSelection())
            m_view->selectionModel()->select(row, QItemSelectionModel::Select | QItemSelectionModel::Rows);
        else
            m_view->select(name);
    }
    if (!m_view->selectionModel()->hasSelection())
        m_view->selectFirst();
}

void MainWindow::remember()
{
    m_memory->set(QStringLiteral("geometry"), saveGeometry());
    m_memory->set(QStringLiteral("columns"), m_view->columns());
    m_memory->set(splitterKey(m_splitter->orientation()), m_splitter->saveState());
}

void MainWindow::setDetailAtSide(bool atSide)
{
    const Qt::Orientation orientation = atSide ? Qt::Horizontal : Qt::Vertical;
    m_memory->set(QStringLiteral("detailAtSide"), atSide);
    if (m_splitter->orientation() == orientation)
        return;
    m_memory->set(splitterKey(m_splitter->orientation()), m_splitter->saveState());
    m_splitter->setOrientation(orientation);
    const QByteArray known = m_memory->value(splitterKey(orientation)).toByteArray();
    if (known.isEmpty() || !m_splitter->restoreState(known)) {
        const int whole = atSide ? m_splitter->width() : m_splitter->height();
        m_splitter->setSizes({whole * 3 / 5, whole * 2 / 5});
    }
}

void MainWindow::layOut()
{
    const bool narrow = width() < roomForBoth;
    if (!narrow)
        m_detailPage = false;
    // The reason is to be seen beside the list, too, where the rest of the detail has no room.
    QWidget* const home = narrow && !m_detailPage ? m_listArea : m_detailArea;
    if (m_why->parentWidget() != home) {
        auto* const layout = static_cast<QVBoxLayout*>(home->layout());
        layout->insertWidget(home == m_listArea ? layout->count() : 0, m_why);
        m_why->setVisible(true);
    }
    m_listArea->setVisible(!narrow || !m_detailPage);
    m_detailArea->setVisible(!narrow || m_detailPage);
    m_detail->setBackVisible(narrow);
}

void MainWindow::showDetailPage(bool shown)
{
    m_detailPage = shown;
    layOut();
    if (!shown)
        m_view->setFocus();
}

void MainWindow::resizeEvent(QResizeEvent* event)
{
    QMainWindow::resizeEvent(event);
    if ((event->size().width() < roomForBoth) != (event->oldSize().width() < roomForBoth) || !isVisible())
        layOut();
}

} // namespace turnspit
