#include <ui/detail/overviewtab.h>

#include <turnspit/async/periodictimer.h>
#include <ui/detail/definitionwords.h>
#include <ui/detail/fittext.h>
#include <ui/detail/lastruns.h>
#include <ui/detail/logtail.h>
#include <ui/detail/memorygrowth.h>
#include <ui/detail/queuefigures.h>
#include <ui/detail/refresher.h>
#include <ui/detail/sparkline.h>
#include <ui/detail/usagehistory.h>
#include <ui/runs/runwords.h>
#include <ui/services/holdspan.h>
#include <ui/services/servicemodel.h>
#include <ui/session/hostmirror.h>
#include <ui/text/words.h>
#include <ui/theme/stateicon.h>
#include <ui/window/placeholderpage.h>

#include <QClipboard>
#include <QEvent>
#include <QGuiApplication>
#include <QLabel>
#include <QScrollArea>
#include <QStackedLayout>
#include <QStyle>

using namespace std::chrono_literals;

namespace turnspit {
namespace {

using Key = QLatin1String;

/// What is not only a figure.
bool differsInMore(const std::optional<ServiceInfo>& before, const ServiceInfo& after)
{
    if (!before)
        return true;
    ServiceInfo same = after;
    same.cpuPercent = before->cpuPercent;
    same.memoryBytes = before->memoryBytes;
    return same != *before;
}

bool isLive(const ServiceInfo& row)
{
    return row.state == ServiceState::Running || row.state == ServiceState::Starting || row.state == ServiceState::Stopping;
}

} // namespace

void OverviewTab::Line::setVisible(bool visible) const
{
    caption->setVisible(visible);
    value->setVisible(visible);
}

OverviewTab::OverviewTab(HostSession& session, HostMirror& mirror, QWidget* parent)
    : QWidget(parent), m_session(session), m_mirror(mirror), m_wasLive(mirror.isLive()), m_usage(new UsageHistory(session, mirror, this)),
      m_queue(new QueueFigures(session, mirror, *this)), m_empty(new PlaceholderPage(this)), m_refresher(new Refresher(*this, [this] { refresh(); }))
{
    setObjectName(QStringLiteral("overviewTab"));
    createPage();
    connect(m_usage, &UsageHistory::changed, this, [this] {
        if (isVisible())
            showUsage();
    });
    connect(m_queue, &QueueFigures::changed, this, &OverviewTab::showWork);
    connect(&mirror, &HostMirror::servicesChanged, this, &OverviewTab::takeRow);
    connect(&mirror, &HostMirror::hostChanged, this, &OverviewTab::hostChanged);
    showDefinition();
    showState();
}

OverviewTab::~OverviewTab() = default;

const ServiceInfo* OverviewTab::row() const
{
    return m_service.isEmpty() ? nullptr : m_mirror.model().find(m_service);
}

void OverviewTab::open(const QString& service)
{
    if (m_service == service)
        return;
    m_service = service;
    ++m_generation;
    m_loading = false;
    m_again = false;
    m_row.reset();
    m_definition = {};
    m_sentence.clear();
    m_runs.clear();
    m_restarts.clear();
    m_next.clear();
    m_usage->open(service);
    m_queue->open(service);
    m_tail->open(service);
    static_cast<QScrollArea*>(m_scroll)->ensureVisible(0, 0);
    if (const ServiceInfo* const now = row())
        m_row = *now;
    showDefinition();
    showState();
    showNext();
    showUsage();
    m_growth->hide();
    m_lastRuns->setRuns({});
    m_refresher->forget();
    m_refresher->request();
}

void OverviewTab::hostChanged()
{
    if (!std::exchange(m_wasLive, m_mirror.isLive()) && m_wasLive) {
        m_refresher->request();
        m_tail->reload();
    }
    if (isVisible()) {
        showState();
        showNext();
    }
}

void OverviewTab::takeRow()
{
    const ServiceInfo* const now = row();
    if (!now) {
        m_row.reset();
        showState();
        return;
    }
    if (!differsInMore(m_row, *now))
        return;
    const bool isBack = !m_row;
    m_row = *now;
    if (isVisible())
        showState();
    if (isBack)
        m_tail->reload();
    m_refresher->request();
}

void OverviewTab::refresh()
{
    showState();
    showUsage();
    m_queue->look();
    if (m_service.isEmpty() || !m_mirror.isLive())
        return;
    if (m_loading) {
        m_again = true;
        return;
    }
    m_loading = true;
    m_tasks.spawn(load(m_generation));
}

Task<> OverviewTab::load(quint64 generation)
{
    const QString service = m_service;
    const auto definition = co_await m_session.definition(service);
    if (generation != m_generation)
        co_return;
    if (definition) {
        const bool another = definition->text != m_definition.text;
        m_definition = *definition;
        if (another && m_definition.values.contains(Key("schedule"))) {
            const auto preview = co_await m_session.previewSchedule(m_definition.text, 1);
            if (generation != m_generation)
                co_return;
            m_sentence = preview ? preview->sentence : QString();
        }
    }
    const bool isKept = m_row && m_row->kind == ServiceKind::Kept;
    RunQuery query;
    query.service = service;
    query.limit = isKept ? runsCounted : runsShown;
    const auto runs = co_await m_session.runs(query);
    if (generation != m_generation)
        co_return;
    if (runs) {
        m_runs = runs->first(std::min<qsizetype>(runs->size(), runsShown));
        m_restarts.clear();
        for (const RunInfo& run : *runs) {
            if (run.trigger == Trigger::Restart)
                m_restarts.append(run.begin);
        }
    }
    const auto next = co_await m_session.nextRuns(5, service);
    if (generation != m_generation)
        co_return;
    if (next)
        m_next = *next;
    m_loading = false;
    showDefinition();
    showState();
    showNext();
    m_lastRuns->setRuns(m_runs);
    m_tasks.spawn(loadGrowth(generation));
    if (std::exchange(m_again, false))
        m_refresher->request();
}

Task<> OverviewTab::loadGrowth(quint64 generation)
{
    UsageQuery query;
    query.names = {m_service};
    query.span = 1h;
    const auto usage = co_await m_session.usageHistory(query);
    if (generation != m_generation || !usage || usage->isEmpty())
        co_return;
    const auto growth = memoryGrowth(usage->first().samples, Clock::current().wallNow());
    if (growth)
        m_growth->setText(tr("Memory grew by %1 % within the last hour.").arg(qRound(*growth * 100)));
    m_growth->setVisible(growth.has_value());
}

QString OverviewTab::stateSentence(const ServiceInfo& row) const
{
    const WallTime now = m_mirror.model().now();
    QStringList parts{tr("%1 since %2 (%3)", "state, time, duration")
                          .arg(words::state(row.state), runwords::started(row.since, now), words::duration(now - row.since))};
    parts += words::kind(row.kind);
    if (row.pid)
        parts += tr("pid %1", "process id").arg(*row.pid);
    if (isLive(row) && !isHosted(row)) {
        if (!m_runs.isEmpty() && !m_runs.first().end && m_runs.first().attempt > 1)
            parts += tr("attempt %1").arg(m_runs.first().attempt);
    }
    if (row.kind == ServiceKind::Kept) {
        const QDate today = words::local(now).date();
        const auto count = std::ranges::count_if(m_restarts, [&](WallTime at) { return words::local(at).date() == today; });
        parts += count < runsCounted ? tr("restarts today: %1").arg(count) : tr("restarts today: %1 or more").arg(count);
    }
    if (const auto end = m_mirror.model().holdEnd(row.name))
        parts += tr("schedule held until %1", "a time").arg(words::until(*end, now));
    else if (row.flags.contains(Key("held")))
        parts += tr("schedule held");
    if (row.flags.contains(Key("changed")))
        parts += tr("settings changed, restart to apply");
    if (!row.group.isEmpty())
        parts += tr("group %1").arg(row.group);
    if (const auto asOf = m_mirror.model().asOf())
        parts += tr("last known at %1", "a time").arg(words::pointInTime(*asOf, Clock::current().wallNow()));
    return parts.join(QStringLiteral("\u00a0· "));
}

void OverviewTab::showState()
{
    auto* const pages = static_cast<QStackedLayout*>(layout());
    if (!m_row) {
        m_empty->setTexts(m_service.isEmpty() ? tr("No service is selected.") : tr("%1 is not there.", "name of a service").arg(m_service),
                          tr("Its state, its figures, its next runs and the last lines of its log will be here."));
        pages->setCurrentWidget(m_empty);
        return;
    }
    pages->setCurrentWidget(m_scroll);
    const int side = style()->pixelMetric(QStyle::PM_SmallIconSize, nullptr, this);
    m_icon->setPixmap(stateIcon(m_row->state, m_row->flags).pixmap(QSize(side, side), devicePixelRatioF()));
    m_state->setText(stateSentence(*m_row));
}

void OverviewTab::showDefinition()
{
    const QJsonObject& values = m_definition.values;
    const bool hosted = m_row && isHosted(*m_row);
    const bool known = !hosted && values.contains(Key("command"));
    const QString description = hosted ? tr("A part of this host. It has no file and no command of its own.")
                                       : values.value(Key("description")).toString();
    m_description->setText(description);
    m_description->setVisible(!description.isEmpty());
    m_command->setShown(definitionwords::command(values));
    m_folder->setText(definitionwords::folder(values));
    m_environment->setText(definitionwords::environment(values));
    m_environment->setToolTip(definitionwords::environmentLines(values).join(QLatin1Char('\n')));
    m_restart->setText(definitionwords::restart(values));
    m_stop->setText(definitionwords::stop(values));
    for (const Line& line : {m_commandLine, m_folderLine, m_environmentLine})
        line.setVisible(known);
    m_restartLine.setVisible(known && !m_restart->text().isEmpty());
    m_stopLine.setVisible(known && !m_stop->text().isEmpty());
    QStringList schedule{m_sentence, definitionwords::turns(values)};
    schedule.removeAll(QString());
    m_schedule->setText(schedule.join(QLatin1Char('\n')));
    m_scheduleLine.setVisible(known && !schedule.isEmpty());
    m_runsLine.setVisible(!hosted);
    m_tailLine.setVisible(!m_row || !isOfHost(*m_row));
    showWork();
}

void OverviewTab::showWork()
{
    // What a service that has no file has done is told by its host.
    const QJsonObject& values = m_definition.values;
    const bool ticks = m_row && m_row->kind == ServiceKind::BuiltIn && values.contains(Key("ticks"));
    const std::optional<QueueInfo>& queue = m_queue->figures();
    QString work = m_queue->workText();
    QString trouble = queue ? queue->lastError : QString();
    if (ticks) {
        QStringList parts{tr("done %1 × since it started", "a number").arg(values.value(Key("ticks")).toInt())};
        if (const auto last = parseRfc3339(values.value(Key("last_tick")).toString().toStdString()))
            parts += tr("last %1", "time").arg(runwords::started(*last, Clock::current().wallNow()));
        work = parts.join(QStringLiteral("\u00a0· "));
        trouble = values.value(Key("last_error")).toString();
    }
    // Nobody looks at the queue for a worker that does not run.
    const bool ended = m_row && !isLive(*m_row);
    m_queueText->setText(ended ? tr("%1 (when it ended)", "figures").arg(m_queue->queueText()) : m_queue->queueText());
    m_queueLine.setVisible(queue.has_value());
    m_ticks->setText(work);
    m_ticks->setToolTip(queue ? tr("What this worker has done with its messages since it was started") : QString());
    m_ticksLine.setVisible(ticks || queue);
    m_lastError->setText(trouble.isEmpty() ? tr("none") : trouble);
    m_lastErrorLine.setVisible(ticks || queue);
}

void OverviewTab::showNext()
{
    const WallTime now = Clock::current().wallNow();
    QStringList times;
    for (const PlannedRun& run : std::as_const(m_next))
        times += words::upcoming(run.at, now);
    const bool held = m_row && m_row->flags.contains(Key("held"));
    const auto end = held ? m_mirror.model().holdEnd(m_row->name) : std::nullopt;
    m_nextText->setText(end    ? tr("none before %1: the schedule is held until then", "a time").arg(words::until(*end, now))
                        : held ? tr("none: the schedule is held")
                               : times.join(QStringLiteral("\u00a0· ")));
    QStringList moments;
    for (const PlannedRun& run : std::as_const(m_next))
        moments += words::moment(run.at);
    m_nextText->setToolTip(moments.join(QLatin1Char('\n')));
    m_nextLine.setVisible(!m_mirror.model().asOf() && (held || !times.isEmpty())); // of a host that is gone nothing comes
}

void OverviewTab::showUsage()
{
    QList<Sparkline::Point> cpu;
    QList<Sparkline::Point> memory;
    for (const UsageSample& sample : m_usage->samples()) {
        // Without a first figure of the new run the one before it does not go on, unless there never was a gap.
        cpu.append({sample.time, sample.cpuPercent});
        memory.append({sample.time, sample.memoryBytes ? std::optional(static_cast<double>(*sample.memoryBytes)) : std::nullopt});
    }
    m_figures->setVisible(!m_usage->samples().isEmpty() || (m_row && m_row->pid));
    const WallTime now = m_mirror.model().now();
    m_cpu->setPoints(std::move(cpu), now, m_usage->span());
    m_memory->setPoints(std::move(memory), now, m_usage->span());
}

void OverviewTab::copyCommand()
{
    QGuiApplication::clipboard()->setText(definitionwords::command(m_definition.values));
}

void OverviewTab::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    showState();
    showNext();
    showUsage();
    if (!m_ticking) {
        m_ticking = std::make_unique<TaskScope>();
        m_ticking->spawn(tick());
    }
}

void OverviewTab::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    m_ticking.reset();
}

void OverviewTab::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if ((event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange) && m_row)
        showState();
}

Task<> OverviewTab::tick()
{
    PeriodicTimer timer(1s);
    for (int second = 1; co_await timer.nextTick(); ++second) {
        showState();
        showNext();
        if (!m_mirror.model().asOf())
            m_lastRuns->tick();
        if (m_row && isLive(*m_row)) // what has ended counts nothing more
            m_queue->look();
        if (second % 5 == 0) // ten minutes on so many pixels do not move faster
            showUsage();
        if (second % 60 == 0 && m_row && m_row->pid)
            m_tasks.spawn(loadGrowth(m_generation));
    }
}

} // namespace turnspit
