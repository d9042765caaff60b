#include <ui/detail/overviewtab.h>

#include <ui/detail/fittext.h>
#include <ui/detail/lastruns.h>
#include <ui/detail/logtail.h>
#include <ui/detail/sparkline.h>
#include <ui/detail/usagehistory.h>
#include <ui/text/words.h>
#include <ui/theme/icons.h>
#include <ui/window/placeholderpage.h>

#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedLayout>
#include <QToolButton>

namespace turnspit {

QLabel* OverviewTab::newText(const char* name)
{
    auto* const label = new QLabel(this);
    label->setObjectName(QLatin1String(name));
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    return label;
}

OverviewTab::Line OverviewTab::addLine(QGridLayout& grid, const QString& caption, QWidget* value)
{
    auto* const label = new QLabel(caption, this);
    label->setTextFormat(Qt::PlainText);
    QFont strong = label->font();
    strong.setBold(true);
    label->setFont(strong);
    label->setBuddy(value);
    // The name of a label is what it says.
    if (qobject_cast<QLabel*>(value))
        value->setAccessibleDescription(caption);
    else if (value->accessibleName().isEmpty())
        value->setAccessibleName(caption);
    const int row = grid.rowCount();
    grid.addWidget(label, row, 0, Qt::AlignTop | Qt::AlignLeading);
    grid.addWidget(value, row, 1);
    return {label, value};
}

QWidget* OverviewTab::createCommand()
{
    auto* const box = new QWidget(this);
    auto* const layout = new QHBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    m_command = new FitText(box);
    m_command->setObjectName(QStringLiteral("overviewCommand"));
    m_command->setAccessibleName(tr("Command"));
    m_copy = new QToolButton(box);
    m_copy->setObjectName(QStringLiteral("overviewCopy"));
    m_copy->setText(tr("Copy"));
    m_copy->setIcon(actionIcon(QStringLiteral("copy")));
    m_copy->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_copy->setToolTip(tr("Copy the command"));
    m_copy->setAccessibleName(m_copy->toolTip());
    connect(m_copy, &QToolButton::clicked, this, &OverviewTab::copyCommand);
    layout->addWidget(m_command, 1, Qt::AlignTop);
    layout->addWidget(m_copy, 0, Qt::AlignTop);
    return box;
}

QWidget* OverviewTab::createFigures()
{
    m_figures = new QWidget(this);
    auto* const column = new QVBoxLayout(m_figures);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    auto* const layout = new QHBoxLayout;
    layout->setSpacing(fontMetrics().averageCharWidth() * 3);
    m_cpu = new Sparkline(tr("CPU"), [](double value) { return words::percent(value); }, true, m_figures);
    m_cpu->setObjectName(QStringLiteral("overviewCpu"));
    m_memory = new Sparkline(tr("Memory"), [](double value) { return words::memory(static_cast<qint64>(value)); }, false, m_figures);
    m_memory->setObjectName(QStringLiteral("overviewMemory"));
    m_span = new QComboBox(m_figures);
    m_span->setObjectName(QStringLiteral("overviewSpan"));
    m_span->setAccessibleName(tr("Time that the figures show"));
    m_span->setToolTip(m_span->accessibleName());
    m_span->addItem(tr("10 min", "the last ten minutes"), 10);
    m_span->addItem(tr("1 h", "the last hour"), 60);
    m_span->addItem(tr("24 h", "the last day"), 24 * 60);
    connect(m_span, &QComboBox::currentIndexChanged, this,
            [this] { m_usage->setSpan(std::chrono::minutes(m_span->currentData().toInt())); });
    layout->addWidget(m_cpu);
    layout->addWidget(m_memory);
    layout->addWidget(m_span, 0, Qt::AlignTop);
    m_growth = newText("overviewGrowth");
    QFont strong = m_growth->font();
    strong.setBold(true);
    m_growth->setFont(strong);
    m_growth->hide();
    column->addLayout(layout);
    column->addWidget(m_growth);
    return m_figures;
}

QWidget* OverviewTab::createRuns()
{
    auto* const box = new QWidget(this);
    box->setAccessibleName(tr("Last runs"));
    auto* const layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    m_lastRuns = new LastRuns(runsShown, box);
    m_lastRuns->setObjectName(QStringLiteral("overviewRuns"));
    connect(m_lastRuns, &LastRuns::logRequested, this, [this](RunId run) { Q_EMIT runLogRequested(m_service, run); });
    auto* const all = new QPushButton(tr("All runs"), box);
    all->setObjectName(QStringLiteral("overviewAllRuns"));
    all->setAccessibleName(tr("Show all runs"));
    connect(all, &QPushButton::clicked, this, [this] { Q_EMIT runsRequested(m_service); });
    layout->addWidget(m_lastRuns);
    layout->addWidget(all, 0, Qt::AlignLeading);
    return box;
}

QWidget* OverviewTab::createTail()
{
    auto* const box = new QWidget(this);
    box->setAccessibleName(tr("Last lines"));
    auto* const layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    m_tail = new LogTail(m_session, box);
    auto* const openLog = new QPushButton(tr("Open log"), box);
    openLog->setObjectName(QStringLiteral("overviewOpenLog"));
    openLog->setIcon(actionIcon(QStringLiteral("show-log")));
    openLog->setAccessibleName(tr("Open the log"));
    connect(openLog, &QPushButton::clicked, this, [this] { Q_EMIT logRequested(m_service); });
    layout->addWidget(m_tail);
    layout->addWidget(openLog, 0, Qt::AlignLeading);
    return box;
}

void OverviewTab::createPage()
{
    auto* const page = new QWidget;
    auto* const grid = new QGridLayout(page);
    grid->setContentsMargins(10, 8, 10, 10);
    grid->setHorizontalSpacing(fontMetrics().averageCharWidth() * 2);
    grid->setVerticalSpacing(std::max(6, fontMetrics().height() / 2));
    grid->setColumnStretch(1, 1);

    m_icon = new QLabel(page);
    m_state = newText("overviewState");
    auto* const head = new QHBoxLayout;
    head->setSpacing(8);
    head->addWidget(m_icon, 0, Qt::AlignTop);
    head->addWidget(m_state, 1);
    grid->addLayout(head, 0, 0, 1, 2);
    m_description = newText("overviewDescription");
    grid->addWidget(m_description, 1, 0, 1, 2);
    grid->addWidget(createFigures(), 2, 0, 1, 2);

    m_commandLine = addLine(*grid, tr("Command"), createCommand());
    m_folderLine = addLine(*grid, tr("Folder"), m_folder = newText("overviewFolder"));
    m_environmentLine = addLine(*grid, tr("Environment"), m_environment = newText("overviewEnvironment"));
    m_restartLine = addLine(*grid, tr("Restart"), m_restart = newText("overviewRestart"));
    m_stopLine = addLine(*grid, tr("Stop"), m_stop = newText("overviewStop"));
    m_scheduleLine = addLine(*grid, tr("Schedule"), m_schedule = newText("overviewSchedule"));
    m_nextLine = addLine(*grid, tr("Next runs"), m_nextText = newText("overviewNext"));
    m_queueLine = addLine(*grid, tr("Queue"), m_queueText = newText("overviewQueue"));
    m_queueText->setToolTip(tr("The messages of the queue, whoever works on it"));
    m_ticksLine = addLine(*grid, tr("Work"), m_ticks = newText("overviewTicks"));
    m_lastErrorLine = addLine(*grid, tr("Last error"), m_lastError = newText("overviewLastError"));
    m_runsLine = addLine(*grid, tr("Last runs"), createRuns());
    m_tailLine = addLine(*grid, tr("Last lines"), createTail());
    grid->setRowStretch(grid->rowCount(), 1);

    auto* const scroll = new QScrollArea(this);
    scroll->setObjectName(QStringLiteral("overviewScroll"));
    scroll->setAccessibleName(tr("Overview"));
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    scroll->setWidget(page);
    m_scroll = scroll;
    auto* const pages = new QStackedLayout(this);
    pages->addWidget(m_scroll);
    pages->addWidget(m_empty);
    m_empty->setObjectName(QStringLiteral("overviewEmpty"));
}

} // namespace turnspit
