#include <ui/runs/rundetails.h>

#include <turnspit/base/clock.h>
#include <ui/runs/outcomes.h>
#include <ui/runs/runwords.h>
#include <ui/text/words.h>
#include <ui/theme/icons.h>

#include <QAction>
#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QMenu>
#include <QResizeEvent>
#include <QStyle>
#include <QToolBar>
#include <QToolButton>

namespace turnspit {

RunDetails::RunDetails(QWidget* parent)
    : QFrame(parent), m_icon(new QLabel(this)), m_title(new QLabel(this)), m_reason(new QLabel(this)), m_facts(new QLabel(this)),
      m_tools(new QToolBar(this)), m_log(createAction("actionShowRunLog", QStringLiteral("show-log"), tr("Show &log"))),
      m_again(createAction("actionRunAgain", QStringLiteral("run-now"), tr("R&un again"))),
      m_compare(createAction("actionCompareRun", QStringLiteral("compare"), tr("&Compare with last good…"))),
      m_export(createAction("actionExport", QStringLiteral("export"), tr("E&xport"))),
      m_exportLog(createAction("actionExportRunLog", QStringLiteral("export"), tr("&Log of this run…"))),
      m_exportList(createAction("actionExportRuns", {}, tr("List of &all runs…")))
{
    setObjectName(QStringLiteral("runDetails"));
    setAccessibleName(tr("The selected run"));
    m_title->setObjectName(QStringLiteral("runTitle"));
    m_reason->setObjectName(QStringLiteral("runReason"));
    m_facts->setObjectName(QStringLiteral("runFacts"));
    QFont strong = font();
    strong.setBold(true);
    m_title->setFont(strong);
    for (QLabel* const label : {m_title, m_reason, m_facts}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
    auto* layout = new QGridLayout(this);
    layout->setContentsMargins(8, 4, 8, 4);
    layout->setHorizontalSpacing(8);
    layout->setVerticalSpacing(2);
    layout->addWidget(m_icon, 0, 0, Qt::AlignTop);
    layout->addWidget(m_title, 0, 1);
    layout->addWidget(m_reason, 1, 1);
    layout->addWidget(m_facts, 2, 1);
    layout->addWidget(m_tools, 3, 0, 1, 2);
    layout->setColumnStretch(1, 1);
    createTools();
    setAgain({false, tr("No service is selected."), {}});
    refresh();
}

QAction* RunDetails::createAction(const char* objectName, const QString& icon, const QString& text)
{
    auto* const action = new QAction(actionIcon(icon), text, this);
    action->setObjectName(QString::fromLatin1(objectName));
    return action;
}

void RunDetails::addButton(QAction* action, const char* objectName)
{
    m_tools->addAction(action);
    auto* const button = static_cast<QToolButton*>(m_tools->widgetForAction(action));
    button->setObjectName(QString::fromLatin1(objectName));
    button->setFocusPolicy(Qt::TabFocus);
    button->setAccessibleName(action->text().remove(QLatin1Char('&')));
}

void RunDetails::createTools()
{
    m_tools->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    const int side = style()->pixelMetric(QStyle::PM_SmallIconSize, nullptr, this);
    m_tools->setIconSize(QSize(side, side));
    auto* const menu = new QMenu(this);
    menu->addActions({m_exportLog, m_exportList});
    m_export->setMenu(menu);
    addButton(m_log, "runShowLog");
    addButton(m_again, "runAgain");
    addButton(m_compare, "runCompare");
    addButton(m_export, "runExport");
    static_cast<QToolButton*>(m_tools->widgetForAction(m_export))->setPopupMode(QToolButton::InstantPopup);
    connect(m_log, &QAction::triggered, this, [this] {
        if (m_run)
            Q_EMIT logRequested(m_run->id);
    });
    connect(m_again, &QAction::triggered, this, &RunDetails::againRequested);
    connect(m_compare, &QAction::triggered, this, [this] {
        if (m_run) {
            const RunInfo run = *m_run; // the choice may change meanwhile
            Q_EMIT compareRequested(run);
        }
    });
    connect(m_exportLog, &QAction::triggered, this, [this] {
        if (m_run)
            Q_EMIT logExportRequested(m_run->id);
    });
    connect(m_exportList, &QAction::triggered, this, &RunDetails::listExportRequested);
}

QList<QAction*> RunDetails::runActions() const
{
    return {m_log, m_again, m_compare, m_exportLog};
}

void RunDetails::setAgain(const Permission& again)
{
    m_again->setEnabled(again.allowed);
    m_again->setToolTip(again ? m_again->text().remove(QLatin1Char('&')) : again.why);
    m_again->setStatusTip(again.why);
}

void RunDetails::setRun(const std::optional<RunInfo>& run, std::optional<double> usual)
{
    if (run == m_run && usual == m_usual && !m_title->text().isEmpty())
        return;
    m_run = run;
    m_usual = usual;
    refresh();
}

void RunDetails::tick()
{
    if (m_run)
        m_facts->setText(facts(*m_run));
    fitHeight();
}

void RunDetails::refresh()
{
    const bool some = m_run.has_value();
    m_icon->setVisible(some);
    const bool ran = some && outcomes::hasRun(*m_run);
    const QString why = ran ? QString() : some ? tr("Nothing ran, so nothing was written.") : tr("No run is selected.");
    for (QAction* const action : {m_log, m_compare, m_exportLog}) {
        action->setEnabled(ran);
        action->setToolTip(ran ? action->text().remove(QLatin1Char('&')) : why);
        action->setStatusTip(why);
    }
    m_facts->setVisible(some);
    if (!some) {
        m_title->setText(tr("No run is selected."));
        m_reason->hide();
        return fitHeight();
    }
    const int side = style()->pixelMetric(QStyle::PM_SmallIconSize, nullptr, this);
    m_icon->setPixmap(outcomes::icon(*m_run).pixmap(QSize(side, side), devicePixelRatioF()));
    const QString result = runwords::result(*m_run);
    const bool failed = m_run->outcome == Outcome::Failed && result != words::outcome(Outcome::Failed);
    m_title->setText(failed ? tr("Run %1 failed — %2", "number, how").arg(m_run->id.value).arg(result)
                            : tr("Run %1 — %2", "number, how it ended").arg(m_run->id.value).arg(result));
    const QString reason = runwords::reason(*m_run, Clock::current().wallNow());
    m_reason->setText(reason);
    m_reason->setVisible(!reason.isEmpty());
    m_facts->setText(facts(*m_run));
    setAccessibleDescription(QStringList{m_title->text(), reason, m_facts->text()}.join(QStringLiteral(". ")));
    fitHeight();
}

QString RunDetails::facts(const RunInfo& run) const
{
    const WallTime now = Clock::current().wallNow();
    QStringList parts{runwords::trigger(run.trigger)};
    if (run.attempt > 1)
        parts += tr("attempt %1").arg(run.attempt);
    if (!outcomes::hasRun(run))
        parts = QStringList{runwords::started(run.begin, now)};
    else if (run.end)
        parts += tr("%1 to %2", "two times").arg(runwords::started(run.begin, now), runwords::started(*run.end, now));
    else
        parts += tr("since %1", "time").arg(runwords::started(run.begin, now));
    if (const QString time = runwords::tookComparedTo(run, m_usual, now); !time.isEmpty())
        parts += time;
    if (run.cpuSeconds)
        parts += tr("CPU %1", "a duration").arg(runwords::cpu(run));
    if (run.peakMemoryBytes)
        parts += tr("peak memory %1").arg(runwords::peakMemory(run));
    if (run.end && outcomes::hasRun(run))
        parts += tr("log lines: %1").arg(runwords::logLines(run));
    return parts.join(QStringLiteral("\u00a0· "));
}

/// Lines that wrap ask for their height only once their width is known.
void RunDetails::fitHeight()
{
    if (const int height = layout()->totalHeightForWidth(width()); height > 0)
        setMinimumHeight(height);
}

void RunDetails::resizeEvent(QResizeEvent* event)
{
    QFrame::resizeEvent(event);
    if (event->size().width() != event->oldSize().width())
        fitHeight();
}

void RunDetails::changeEvent(QEvent* event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange)
        refresh();
}

} // namespace turnspit
