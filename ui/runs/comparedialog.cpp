#include <ui/runs/comparedialog.h>

#include <turnspit/async/onthread.h>
#include <turnspit/base/clock.h>
#include <ui/logs/logcollector.h>
#include <ui/logs/logtext.h>
#include <ui/runs/diffmodel.h>
#include <ui/runs/outcomes.h>
#include <ui/runs/runwords.h>
#include <ui/text/words.h>
#include <ui/window/screenfit.h>

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QEvent>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QScreen>
#include <QTreeView>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace turnspit {
namespace {

constexpr int context = 3;
constexpr qsizetype longestLine = 4096; // what is behind is not compared

QString nameOf(const RunInfo& run)
{
    return CompareDialog::tr("Run %1 — %2", "number, how it ended").arg(run.id.value).arg(runwords::result(run));
}

} // namespace

CompareDialog::CompareDialog(HostSession& session, const RunInfo& left, const RunInfo& right, QWidget* parent)
    : QDialog(parent), m_session(session), m_facts(new QTreeWidget(this)), m_view(new QTreeView(this)),
      m_model(new DiffModel(nameOf(left), nameOf(right), this)), m_note(new QLabel(this)),
      m_ignoreFigures(new QCheckBox(tr("&Ignore times and numbers"), this)), m_showSame(new QCheckBox(tr("Show what is &alike"), this)),
      m_previous(new QPushButton(tr("&Previous difference"), this)), m_next(new QPushButton(tr("&Next difference"), this)),
      m_thread(std::make_unique<Thread>(QStringLiteral("compare")))
{
    setObjectName(QStringLiteral("compareDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("%1: run %2 and run %3", "a service, numbers").arg(right.service).arg(left.id.value).arg(right.id.value));
    createFacts(left, right);
    createOutput();
    createLayout();
    showRows();
    m_tasks.spawn(load(left, right));
}

CompareDialog::~CompareDialog() = default;

void CompareDialog::createFacts(const RunInfo& left, const RunInfo& right)
{
    m_facts->setObjectName(QStringLiteral("compareFacts"));
    m_facts->setAccessibleName(tr("Facts about both runs"));
    m_facts->setHeaderLabels({tr("Fact"), nameOf(left), nameOf(right)});
    for (int column = 0; column < m_facts->columnCount(); ++column) // a reason may be longer than its column
        m_facts->headerItem()->setToolTip(column, m_facts->headerItem()->text(column));
    m_facts->setRootIsDecorated(false);
    m_facts->setUniformRowHeights(true);
    m_facts->setAllColumnsShowFocus(true);
    m_facts->setSelectionMode(QAbstractItemView::NoSelection); // to read only
    m_facts->header()->setSectionsMovable(false);
    m_facts->header()->setTextElideMode(Qt::ElideRight);
    const WallTime now = Clock::current().wallNow();
    const auto add = [&](const QString& what, const QString& before, const QString& after, bool differs) {
        if (before.isEmpty() && after.isEmpty())
            return;
        auto* const item = new QTreeWidgetItem({what, before, after});
        for (const int column : {1, 2})
            item->setToolTip(column, item->text(column));
        QFont font = m_facts->font();
        font.setBold(differs);
        for (int column = 0; column < 3; ++column)
            item->setFont(column, font);
        m_facts->addTopLevelItem(item);
    };
    const auto row = [&](const QString& what, const QString& before, const QString& after) { add(what, before, after, before != after); };
    row(tr("Result"), runwords::result(left), runwords::result(right));
    row(tr("Why"), runwords::reason(left, now), runwords::reason(right, now));
    add(tr("Started"), runwords::started(left.begin, now), runwords::started(right.begin, now), false); // two runs never began together
    row(tr("Took"), runwords::took(left, now), runwords::took(right, now));
    row(tr("Started by"), runwords::trigger(left.trigger), runwords::trigger(right.trigger));
    row(tr("Attempt"), QString::number(left.attempt), QString::number(right.attempt));
    row(tr("CPU time"), runwords::cpu(left), runwords::cpu(right));
    row(tr("Peak memory"), runwords::peakMemory(left), runwords::peakMemory(right));
    row(tr("Log lines"), runwords::logLines(left), runwords::logLines(right));
    m_facts->topLevelItem(0)->setIcon(1, outcomes::icon(left));
    m_facts->topLevelItem(0)->setIcon(2, outcomes::icon(right));
    m_facts->header()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    m_facts->header()->setSectionResizeMode(1, QHeaderView::Stretch);
    m_facts->header()->setSectionResizeMode(2, QHeaderView::Stretch);
}

void CompareDialog::createOutput()
{
    m_view->setObjectName(QStringLiteral("compareOutput"));
    m_view->setAccessibleName(tr("Output of both runs"));
    m_view->setModel(m_model);
    m_view->setRootIsDecorated(false);
    m_view->setUniformRowHeights(true);
    m_view->setAllColumnsShowFocus(true);
    m_view->setLayoutDirection(Qt::LeftToRight); // output stays so
    m_view->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    QFont plain = font();
    plain.setFamilies(plain.families()); // said, so that the fixed one of the lines is not inherited
    plain.setFixedPitch(false);
    plain.setPointSizeF(plain.pointSizeF());
    m_view->header()->setFont(plain);
    m_view->header()->setSectionsMovable(false);
    m_view->header()->setTextElideMode(Qt::ElideRight);
    m_view->header()->setStretchLastSection(false);
    m_view->header()->setMinimumSectionSize(fontMetrics().averageCharWidth() * 4);
    m_view->header()->setSectionResizeMode(DiffModel::MarkColumn, QHeaderView::Fixed);
    m_view->header()->resizeSection(DiffModel::MarkColumn, fontMetrics().averageCharWidth() * 4);
    m_view->header()->setSectionResizeMode(DiffModel::LeftColumn, QHeaderView::Stretch);
    m_view->header()->setSectionResizeMode(DiffModel::RightColumn, QHeaderView::Stretch);
    m_note->setObjectName(QStringLiteral("compareNote"));
    m_note->setTextFormat(Qt::PlainText);
    m_note->setWordWrap(true);
    m_ignoreFigures->setObjectName(QStringLiteral("compareIgnoreFigures"));
    m_ignoreFigures->setToolTip(tr("Lines that differ in their digits only count as alike."));
    m_ignoreFigures->setChecked(true);
    m_showSame->setObjectName(QStringLiteral("compareShowSame"));
    m_previous->setObjectName(QStringLiteral("comparePrevious"));
    m_next->setObjectName(QStringLiteral("compareNext"));
    m_previous->setShortcut(QKeySequence(Qt::SHIFT | Qt::Key_F3));
    m_next->setShortcut(QKeySequence(Qt::Key_F3));
    connect(m_ignoreFigures, &QCheckBox::toggled, this, [this] {
        if (m_isRead)
            m_tasks.spawn(compare(++m_generation));
    });
    connect(m_showSame, &QCheckBox::toggled, this, &CompareDialog::showRows);
    connect(m_previous, &QPushButton::clicked, this, [this] { go(-1); });
    connect(m_next, &QPushButton::clicked, this, [this] { go(1); });
}

void CompareDialog::createLayout()
{
    auto* const tools = new QHBoxLayout;
    auto* const choices = new QBoxLayout(QBoxLayout::LeftToRight);
    choices->addWidget(m_ignoreFigures);
    choices->addWidget(m_showSame);
    tools->addLayout(choices);
    tools->addStretch(1);
    auto* const steps = new QBoxLayout(QBoxLayout::LeftToRight);
    steps->addWidget(m_previous);
    steps->addWidget(m_next);
    tools->addLayout(steps);
    if (tools->sizeHint().width() > screen()->availableSize().width() * 9 / 10) { // long words, or a small screen
        choices->setDirection(QBoxLayout::TopToBottom);
        steps->setDirection(QBoxLayout::TopToBottom);
    }
    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    for (QPushButton* const button : {m_previous, m_next, buttons->button(QDialogButtonBox::Close)})
        button->setAutoDefault(false);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* const layout = new QVBoxLayout(this);
    layout->addWidget(m_facts);
    layout->addLayout(tools);
    layout->addWidget(m_view, 1);
    layout->addWidget(m_note);
    layout->addWidget(buttons);
    // All facts to be seen, and a dozen lines; less where the screen is small.
    const int row = m_facts->sizeHintForRow(0);
    m_facts->setMaximumHeight(m_facts->header()->sizeHint().height() + row * m_facts->topLevelItemCount() + 2 * m_facts->frameWidth());
    m_facts->setMinimumHeight(m_facts->header()->sizeHint().height() + row * 3);
    resizeOnScreen(*this, {100 * fontMetrics().averageCharWidth(), m_facts->maximumHeight() + 24 * fontMetrics().height()});
}

Task<> CompareDialog::load(RunInfo left, RunInfo right)
{
    const Output before = co_await read(left.service, left.id);
    const Output after = co_await read(right.service, right.id);
    m_problem = before.problem.isEmpty() ? after.problem : before.problem;
    m_isCut = before.isCut || after.isCut;
    m_model->setLines(before.lines, after.lines);
    m_isRead = m_problem.isEmpty();
    if (m_isRead)
        co_await compare(++m_generation);
    else
        showRows();
}

Task<CompareDialog::Output> CompareDialog::read(QString service, RunId run)
{
    Output out;
    const auto extent = co_await m_session.logExtent({.service = service, .run = run});
    if (!extent) {
        out.problem = words::error(extent.error());
        co_return out;
    }
    LogChoice choice;
    choice.end = extent->end;
    choice.first = std::max(extent->first, extent->end - std::min(extent->end, mostEntries));
    out.isCut = choice.first > extent->first;
    LogCollector collector(m_session, service, std::move(choice));
    for (;;) {
        const auto lines = co_await collector.next();
        if (!lines) {
            out.problem = words::error(lines.error());
            co_return out;
        }
        if (lines->empty())
            co_return out;
        for (const LogLine& line : *lines) {
            if (line.stream != 'h') // the host's own marks differ always
                out.lines += logText(line.text).text.left(longestLine);
        }
    }
}

Task<> CompareDialog::compare(int generation)
{
    const auto rows = co_await onThread(*m_thread, [left = m_model->left(), right = m_model->right(), ignore = m_ignoreFigures->isChecked()] {
        return diffLines(left, right, ignore);
    });
    if (generation != m_generation)
        co_return; // the box was pressed again
    m_rows = rows;
    showRows();
}

void CompareDialog::showRows()
{
    m_model->setRows(m_showSame->isChecked() ? m_rows : onlyDifferences(m_rows, context));
    const int first = m_model->differenceAfter(-1);
    for (QPushButton* const button : {m_previous, m_next})
        button->setEnabled(first >= 0);
    if (first >= 0) {
        m_view->setCurrentIndex(m_model->index(first, 0));
        m_view->scrollTo(m_model->index(first, 0), QAbstractItemView::PositionAtCenter);
    }
    if (!m_isRead) {
        m_note->setText(m_problem.isEmpty() ? tr("Reading…") : m_problem);
        return;
    }
    const auto differing = std::count_if(m_rows.begin(), m_rows.end(), [](const DiffRow& row) { return row.kind != DiffRow::Kind::Same; });
    QStringList parts;
    if (m_rows.isEmpty())
        parts += tr("Neither has written anything.");
    else if (differing == 0)
        parts += tr("Both have written the same.");
    else
        parts += tr("%Ln line(s) differ.", nullptr, static_cast<int>(differing));
    if (m_isCut)
        parts += tr("Only the last %1 lines of each are compared.").arg(QLocale().toString(mostEntries));
    m_note->setText(parts.join(QLatin1Char(' ')));
}

void CompareDialog::go(int step)
{
    const int from = m_view->currentIndex().isValid() ? m_view->currentIndex().row() : -1;
    int row = step > 0 ? m_model->differenceAfter(from) : m_model->differenceBefore(from);
    if (row < 0) // round the end
        row = step > 0 ? m_model->differenceAfter(-1) : m_model->differenceBefore(m_model->rowCount());
    if (row < 0)
        return;
    m_view->setCurrentIndex(m_model->index(row, 0));
    m_view->scrollTo(m_model->index(row, 0), QAbstractItemView::PositionAtCenter);
}

void CompareDialog::changeEvent(QEvent* event)
{
    QDialog::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        m_model->paletteChanged();
}

} // namespace turnspit
