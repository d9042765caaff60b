#include <ui/runs/runstab.h>

#include <turnspit/async/periodictimer.h>
#include <ui/detail/refresher.h>
#include <ui/runs/outcomes.h>
#include <ui/runs/rundetails.h>
#include <ui/runs/runexport.h>
#include <ui/runs/runfeed.h>
#include <ui/runs/runmodel.h>
#include <ui/runs/runsstrip.h>
#include <ui/services/holdspan.h>
#include <ui/services/servicemodel.h>
#include <ui/session/hostmirror.h>
#include <ui/text/elidedlabel.h>
#include <ui/text/opening.h>
#include <ui/text/words.h>
#include <ui/window/placeholderpage.h>

#include <QAction>
#include <QButtonGroup>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QScrollBar>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QToolButton>
#include <QTreeView>

#include <algorithm>

using namespace std::chrono;
using namespace std::chrono_literals;

namespace turnspit {
namespace {

constexpr std::array<seconds, 5> spans{1h, 6h, 24h, 24h * 7, 24h * 30};

/// What is not only a figure: the runs may be others now.
bool tellsOfRuns(const std::optional<ServiceInfo>& before, const std::optional<ServiceInfo>& after)
{
    if (!before || !after)
        return before.has_value() != after.has_value();
    return before->state != after->state || before->since != after->since || before->pid != after->pid
           || before->lastOutcome != after->lastOutcome || before->reason != after->reason || before->restarts != after->restarts
           || before->nextRun != after->nextRun || before->flags != after->flags;
}

} // namespace

RunsTab::RunsTab(HostSession& session, HostMirror& mirror, QWidget* parent)
    : QWidget(parent), m_session(session), m_mirror(mirror), m_wasLive(mirror.isLive()), m_table(new RunFeed(session, pageSize, this)),
      m_all(new RunFeed(session, stripPageSize, this)), m_strip(new RunsStrip(m_all->model(), this)), m_view(new QTreeView(this)),
      m_pages(new QStackedWidget(this)), m_main(new QWidget(this)), m_empty(new PlaceholderPage(this)), m_details(new RunDetails(this)),
      m_span(new QComboBox(this)), m_now(new QToolButton(this)), m_filter(new QButtonGroup(this)), m_note(new ElidedLabel(this)),
      m_refresher(new Refresher(*this, [this] { refresh(); })), m_logExport(new LogExport(session, this)),
      m_listExport(new RunExport(session, this))
{
    setObjectName(QStringLiteral("runsTab"));
    createTable();
    createBar();
    createLayout();

    connect(m_strip, &RunsStrip::windowChanged, this, &RunsTab::stripMoved);
    connect(m_strip, &RunsStrip::runClicked, this, [this](RunId run) {
        if (m_table->model().rowOf(run) < 0 && m_failedOnly)
            setFilter(false); // a run that the filter hides was meant all the same
        select(run);
        m_view->setFocus();
    });
    connect(m_details, &RunDetails::logRequested, this, [this](RunId run) { Q_EMIT logRequested(m_service, run); });
    connectDetails();
    connect(m_table, &RunFeed::changed, this, &RunsTab::rowsChanged);
    connect(m_all, &RunFeed::changed, this, [this] {
        m_strip->setUsual(usual());
        refreshDetails();
        fillStrip();
    });
    connect(&mirror, &HostMirror::servicesChanged, this, &RunsTab::takeRow);
    connect(&mirror, &HostMirror::hostChanged, this, &RunsTab::hostChanged);
    refreshPages();
}

RunsTab::~RunsTab() = default;

void RunsTab::createTable()
{
    m_view->setObjectName(QStringLiteral("runsView"));
    m_view->setAccessibleName(tr("Runs"));
    m_view->setModel(&m_table->model());
    m_view->setRootIsDecorated(false);
    m_view->setUniformRowHeights(true);
    m_view->setAlternatingRowColors(true);
    m_view->setAllColumnsShowFocus(true);
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->setContextMenuPolicy(Qt::ActionsContextMenu);
    m_view->setMinimumHeight(fontMetrics().height() * 4);
    m_view->addActions(m_details->runActions());
    QHeaderView* const header = m_view->header();
    header->setStretchLastSection(false);
    header->setSectionsMovable(false);
    const int unit = fontMetrics().averageCharWidth();
    const std::array<int, RunModel::ColumnCount> widths{7, 22, 13, 30, 20, 16, 11, 11};
    for (int column = 0; column < RunModel::ColumnCount; ++column)
        header->resizeSection(column, std::max(widths.at(static_cast<std::size_t>(column)) * unit, header->sectionSizeHint(column)));
    header->setSectionResizeMode(RunModel::ResultColumn, QHeaderView::Stretch);
    header->setMinimumSectionSize(unit * 6);
    connect(m_view->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &RunsTab::currentRowChanged);
    onOpening(*m_view, [this](const QModelIndex&) { requestLog(); });
    connect(m_view->verticalScrollBar(), &QScrollBar::valueChanged, this, &RunsTab::fillTable);
}

void RunsTab::createBar()
{
    m_span->setObjectName(QStringLiteral("runsSpan"));
    m_span->setAccessibleName(tr("How much time the timeline shows"));
    for (const QString& text : {tr("1 hour"), tr("6 hours"), tr("24 hours"), tr("7 days"), tr("30 days")})
        m_span->addItem(text);
    m_span->setCurrentIndex(2);
    m_span->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_span->setMinimumContentsLength(10);
    connect(m_span, &QComboBox::activated, this, &RunsTab::spanChosen);

    m_now->setObjectName(QStringLiteral("runsNow"));
    m_now->setText(tr("Now"));
    m_now->setToolTip(tr("Back to the present (End)"));
    m_now->setAccessibleName(tr("Back to the present"));
    m_now->setAutoRaise(true);
    m_now->setEnabled(false);
    connect(m_now, &QToolButton::clicked, m_strip, &RunsStrip::showNow);

    const std::array chips{std::pair(tr("All"), QStringLiteral("runsAll")), std::pair(tr("Failed"), QStringLiteral("runsFailed"))};
    for (std::size_t i = 0; i < chips.size(); ++i) {
        auto* const chip = new QToolButton(this);
        chip->setText(chips.at(i).first);
        chip->setObjectName(chips.at(i).second);
        chip->setAccessibleName(i == 0 ? tr("Show all runs") : tr("Show failed runs only"));
        chip->setCheckable(true);
        chip->setAutoRaise(true);
        m_filter->addButton(chip, static_cast<int>(i));
    }
    m_filter->button(0)->setChecked(true);
    connect(m_filter, &QButtonGroup::idClicked, this, [this](int id) { setFilter(id == 1); });
    m_note->setObjectName(QStringLiteral("runsNote"));
}

void RunsTab::createLayout()
{
    m_empty->setObjectName(QStringLiteral("runsEmpty"));
    auto* const bar = new QHBoxLayout;
    bar->setContentsMargins(8, 4, 8, 4);
    bar->addWidget(m_span);
    bar->addWidget(m_now);
    bar->addSpacing(fontMetrics().averageCharWidth() * 2);
    for (QAbstractButton* const chip : m_filter->buttons())
        bar->addWidget(chip);
    bar->addStretch(1);
    bar->addWidget(m_note);
    auto* const main = new QVBoxLayout(m_main);
    main->setContentsMargins(0, 0, 0, 0);
    main->setSpacing(0);
    main->addLayout(bar);
    main->addWidget(m_strip);
    main->addWidget(m_view, 1);
    main->addWidget(m_details);
    m_pages->addWidget(m_main);
    m_pages->addWidget(m_empty);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_pages);
}

// ---- what is shown ----------------------------------------------------------------------------------------------------------------

void RunsTab::open(const QString& service)
{
    if (m_service == service)
        return;
    m_service = service;
    m_row.reset();
    m_selected.reset();
    m_opened = false;
    ++m_generation;
    m_table->open({});
    m_all->open({});
    m_strip->setPlanned({});
    m_strip->setSelected({});
    m_strip->showNow();
    m_refresher->forget();
    m_refresher->request();
    refreshPages();
    refreshAgain();
}

void RunsTab::hostChanged()
{
    if (!std::exchange(m_wasLive, m_mirror.isLive()) && m_wasLive)
        m_refresher->request();
    refreshAgain();
}

void RunsTab::takeRow()
{
    if (m_service.isEmpty())
        return;
    const ServiceInfo* const row = m_mirror.model().find(m_service);
    const auto now = row ? std::optional(*row) : std::nullopt;
    if (tellsOfRuns(m_row, now)) {
        m_refresher->request();
        refreshAgain();
    }
    m_row = now;
}

void RunsTab::refresh()
{
    if (m_service.isEmpty() || !m_mirror.isLive())
        return;
    if (!m_row) {
        const ServiceInfo* const row = m_mirror.model().find(m_service);
        m_row = row ? std::optional(*row) : std::nullopt;
    }
    if (!std::exchange(m_opened, true)) {
        m_table->open(m_service, m_failedOnly ? outcomes::troubles() : QList<Outcome>());
        m_all->open(m_service);
    } else {
        m_table->refresh();
        m_all->refresh();
    }
    m_tasks.spawn(loadPlanned(m_generation));
}

Task<> RunsTab::loadPlanned(quint64 generation)
{
    const auto planned = co_await m_session.nextRuns(300, m_service);
    if (generation != m_generation)
        co_return;
    QList<WallTime> times;
    const WallTime end = Clock::current().wallNow() + RunsStrip::plannedAhead;
    for (const PlannedRun& run : planned.value_or(QList<PlannedRun>())) {
        if (run.at <= end)
            times.append(run.at);
    }
    m_strip->setPlanned(times);
}

void RunsTab::setFilter(bool failedOnly)
{
    m_filter->button(failedOnly ? 1 : 0)->setChecked(true);
    if (std::exchange(m_failedOnly, failedOnly) == failedOnly || !m_opened)
        return;
    m_table->open(m_service, failedOnly ? outcomes::troubles() : QList<Outcome>());
    refreshPages();
}

void RunsTab::fillStrip()
{
    const RunModel& model = m_all->model();
    if (model.runs().isEmpty() || model.runs().size() >= mostInStrip || model.runs().last().begin < m_strip->from())
        return;
    m_all->model().wantMore();
}

void RunsTab::fillTable()
{
    // A little before the end is seen, so that scrolling does not come to a halt.
    constexpr int ahead = 10;
    if (!m_view->isVisible())
        return;
    const QModelIndex last = m_view->indexAt({1, m_view->viewport()->height() - 1});
    if (!last.isValid() || last.row() + ahead >= m_table->model().rowCount())
        m_table->model().wantMore();
}

/// How a run ended is worth more than figures that the details have as well: these go where there is no room for both.
void RunsTab::fitColumns()
{
    const int least = fontMetrics().averageCharWidth() * 20; // for the result
    const std::array spare{RunModel::CpuColumn, RunModel::LinesColumn, RunModel::MemoryColumn};
    // The table is as wide as the tab, and has not been laid out yet where the tab has just changed.
    const int room = width() - 2 * m_view->frameWidth() - m_view->verticalScrollBar()->sizeHint().width();
    QHeaderView* const header = m_view->header();
    for (const int column : spare)
        header->setSectionHidden(column, false);
    for (const int column : spare) {
        int others = 0;
        for (int other = 0; other < RunModel::ColumnCount; ++other)
            others += other == RunModel::ResultColumn ? 0 : header->sectionSize(other);
        if (room - others >= least)
            return;
        header->setSectionHidden(column, true);
    }
}

void RunsTab::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    fitColumns();
}

void RunsTab::rowsChanged()
{
    if (m_selected) {
        select(m_selected);
    } else if (!m_table->model().runs().isEmpty()) {
        select(m_table->model().runs().first().id);
        m_view->scrollToTop();
    }
    refreshPages();
    refreshDetails();
    fillTable();
}

void RunsTab::refreshPages()
{
    const auto& runs = m_table->model().runs();
    const QString& problem = m_table->problem();
    const ServiceInfo* const row = m_mirror.model().find(m_service);
    m_note->setText(!problem.isEmpty() && !runs.isEmpty() ? problem
                    : runs.isEmpty()                      ? QString()
                    : !m_table->model().hasMore()         ? tr("runs: %1").arg(runs.size())
                                                          : tr("the newest %1 runs").arg(runs.size()));
    if (m_service.isEmpty()) {
        m_empty->setTexts(tr("No service is selected."), tr("Its runs will be listed here."));
    } else if (!m_table->isLoaded()) {
        m_pages->setCurrentWidget(m_main); // what comes in a moment need not flicker
        return;
    } else if (row && isHosted(*row)) {
        m_empty->setTexts(tr("No runs are kept of %1.", "name of a service").arg(m_service),
                          tr("It is a part of this host. The Overview counts what it does, and what it says is in its log."));
    } else if (runs.isEmpty() && !problem.isEmpty()) {
        m_empty->setTexts(tr("The runs cannot be read."), problem);
    } else if (runs.isEmpty() && m_failedOnly) {
        m_pages->setCurrentWidget(m_main);
        m_note->setText(tr("No run has failed."));
        return;
    } else if (runs.isEmpty()) {
        m_empty->setTexts(tr("No runs yet."), tr("Each time the service runs, it is listed here: when it began, how long it took, how it "
                                                 "ended, and its log."));
    }
    m_pages->setCurrentWidget(m_service.isEmpty() || runs.isEmpty() ? static_cast<QWidget*>(m_empty) : m_main);
}

std::optional<double> RunsTab::usual() const
{
    std::vector<double> took;
    for (const RunInfo& run : m_all->model().runs()) {
        if (run.outcome == Outcome::Succeeded && run.duration)
            took.push_back(*run.duration);
        if (took.size() == 101)
            break;
    }
    if (took.size() < 3)
        return std::nullopt; // too few to call anything usual
    const auto middle = took.begin() + static_cast<std::ptrdiff_t>(took.size() / 2);
    std::nth_element(took.begin(), middle, took.end());
    return *middle;
}

void RunsTab::refreshDetails()
{
    std::optional<RunInfo> run;
    if (m_selected) {
        for (const RunModel* const model : {&m_table->model(), &m_all->model()}) {
            if (const int row = model->rowOf(*m_selected); row >= 0) {
                run = model->runs()[row];
                break;
            }
        }
    }
    m_details->setRun(run, usual());
}

// ---- what a person chooses --------------------------------------------------------------------------------------------------------

void RunsTab::select(std::optional<RunId> run)
{
    m_selected = run;
    m_strip->setSelected(run);
    m_settingRow = true;
    const int row = run ? m_table->model().rowOf(*run) : -1;
    if (row >= 0 && m_view->currentIndex().row() != row)
        m_view->setCurrentIndex(m_table->model().index(row, 0));
    else if (row < 0)
        m_view->setCurrentIndex({});
    m_settingRow = false;
    refreshDetails();
}

void RunsTab::currentRowChanged()
{
    if (m_settingRow)
        return;
    const QModelIndex current = m_view->currentIndex();
    if (!current.isValid())
        return; // a reset: the choice stays, and is found again where it is still there
    const RunId run = m_table->model().runs()[current.row()].id;
    select(run);
    m_strip->reveal(run);
}

void RunsTab::requestLog()
{
    const QModelIndex current = m_view->currentIndex();
    if (!current.isValid())
        return;
    const RunInfo& run = m_table->model().runs()[current.row()];
    if (outcomes::hasRun(run))
        Q_EMIT logRequested(m_service, run.id);
}

void RunsTab::spanChosen(int index)
{
    m_strip->setSpan(spans.at(static_cast<std::size_t>(index)));
}

void RunsTab::stripMoved()
{
    const QSignalBlocker quiet(m_span);
    const auto known = std::find(spans.begin(), spans.end(), m_strip->span());
    m_span->setPlaceholderText(words::duration(m_strip->span()));
    m_span->setCurrentIndex(known == spans.end() ? -1 : static_cast<int>(known - spans.begin()));
    m_now->setEnabled(!m_strip->isAtNow());
    fillStrip();
}

void RunsTab::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (!m_ticking) {
        m_ticking = std::make_unique<TaskScope>();
        m_ticking->spawn(tick());
    }
}

void RunsTab::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    m_ticking.reset();
}

Task<> RunsTab::tick()
{
    PeriodicTimer timer(1s);
    while (co_await timer.nextTick()) {
        m_table->model().tick();
        m_strip->tick();
        m_details->tick();
    }
}

} // namespace turnspit
