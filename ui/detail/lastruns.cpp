#include <ui/detail/lastruns.h>

#include <turnspit/base/clock.h>
#include <ui/runs/outcomes.h>
#include <ui/runs/runwords.h>
#include <ui/text/words.h>
#include <ui/theme/icons.h>

#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QStyle>
#include <QToolButton>

namespace turnspit {

LastRuns::LastRuns(int most, QWidget* parent) : QWidget(parent), m_none(new QLabel(tr("No runs yet."), this))
{
    auto* const layout = new QGridLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setHorizontalSpacing(6);
    layout->setVerticalSpacing(2);
    layout->setColumnStretch(1, 1);
    layout->addWidget(m_none, 0, 0, 1, 3);
    for (int i = 0; i < most; ++i) {
        const Row row{new QLabel(this), new QLabel(this), new QToolButton(this)};
        row.text->setTextFormat(Qt::PlainText);
        row.text->setWordWrap(true);
        row.text->setTextInteractionFlags(Qt::TextSelectableByMouse);
        row.log->setObjectName(QStringLiteral("overviewRunLog%1").arg(i + 1));
        row.log->setText(tr("Log"));
        row.log->setIcon(actionIcon(QStringLiteral("show-log")));
        row.log->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        layout->addWidget(row.icon, i + 1, 0);
        layout->addWidget(row.text, i + 1, 1);
        layout->addWidget(row.log, i + 1, 2);
        connect(row.log, &QToolButton::clicked, this, [this, i] {
            if (i < m_runs.size())
                Q_EMIT logRequested(m_runs[i].id);
        });
        m_rows.push_back(row);
    }
    setRuns({});
}

void LastRuns::setRuns(const QList<RunInfo>& runs)
{
    m_runs = runs.mid(0, static_cast<qsizetype>(m_rows.size()));
    m_none->setVisible(m_runs.isEmpty());
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        const Row& row = m_rows[i];
        const bool used = static_cast<qsizetype>(i) < m_runs.size();
        row.icon->setVisible(used);
        row.text->setVisible(used);
        row.log->setVisible(used);
        if (used) {
            const RunInfo& run = m_runs[static_cast<qsizetype>(i)];
            row.text->setText(sentence(run));
            row.log->setEnabled(outcomes::hasRun(run));
            row.log->setAccessibleName(tr("Show the log of run %1", "%1 is a number").arg(run.id.value));
            row.log->setToolTip(row.log->accessibleName());
        }
    }
    refreshIcons();
}

void LastRuns::tick()
{
    for (qsizetype i = 0; i < m_runs.size(); ++i) {
        if (!m_runs[i].end)
            m_rows[static_cast<std::size_t>(i)].text->setText(sentence(m_runs[i]));
    }
}

QString LastRuns::sentence(const RunInfo& run)
{
    const WallTime now = Clock::current().wallNow();
    QStringList parts{runwords::result(run)};
    if (!outcomes::hasRun(run) && run.reason)
        parts += words::withLocalTimes(*run.reason, now);
    parts += runwords::started(run.begin, now);
    if (outcomes::hasRun(run)) {
        parts += run.end ? runwords::tookComparedTo(run, std::nullopt, now) : runwords::took(run, now);
        parts += runwords::trigger(run.trigger);
    }
    return parts.join(QStringLiteral("\u00a0· "));
}

void LastRuns::refreshIcons()
{
    const int side = style()->pixelMetric(QStyle::PM_SmallIconSize, nullptr, this);
    for (qsizetype i = 0; i < m_runs.size(); ++i) {
        m_rows[static_cast<std::size_t>(i)].icon->setPixmap(
            outcomes::icon(m_runs[i]).pixmap(QSize(side, side), devicePixelRatioF()));
    }
}

void LastRuns::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange)
        refreshIcons();
}

} // namespace turnspit
