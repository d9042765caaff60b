#include "quiettime.h"

#include <ui/text/words.h>
#include <ui/window/mainwindow.h>
#include <ui/window/windowmemory.h>

#include <QAction>

namespace turnspit::desktop {
namespace {

const QString memoryKey = QStringLiteral("noticesHeldUntil");

} // namespace

QuietTime::QuietTime(NoticeHold& hold, QObject* parent) : QObject(parent), m_hold(hold)
{
    const std::array<const char*, 3> names{"actionHoldNoticesHour", "actionHoldNoticesTomorrow", "actionResumeNotices"};
    const std::array<QString, 3> texts{tr("Hold notices for 1 &hour"), tr("Hold notices until &tomorrow"),
                                       tr("Show &notices again")};
    for (std::size_t i = 0; i < m_actions.size(); ++i) {
        m_actions.at(i) = new QAction(texts.at(i), this);
        m_actions.at(i)->setObjectName(QLatin1String(names.at(i)));
    }
    connect(m_actions.at(0), &QAction::triggered, this, [this] { this->hold(HoldSpan::Hour); });
    connect(m_actions.at(1), &QAction::triggered, this, [this] { this->hold(HoldSpan::UntilTomorrow); });
    connect(m_actions.at(2), &QAction::triggered, &m_hold, &NoticeHold::resume);
    connect(&m_hold, &NoticeHold::changed, this, &QuietTime::changed);
    changed();
}

QuietTime::~QuietTime() = default;

void QuietTime::addTo(MainWindow& window)
{
    m_memory = &window.memory();
    window.addMenuSeparator(MainWindow::Menu::Tools);
    for (QAction* const action : m_actions)
        window.addMenuAction(MainWindow::Menu::Tools, action);
    if (const auto end = parseRfc3339(m_memory->value(memoryKey).toString().toStdString()))
        m_hold.holdUntil(*end);
}

void QuietTime::hold(HoldSpan span)
{
    if (const auto end = endOf(span, Clock::current().wallNow()))
        m_hold.holdUntil(*end);
}

void QuietTime::changed()
{
    const auto end = m_hold.end();
    QAction* const resume = m_actions.back();
    resume->setEnabled(end.has_value());
    const QString why = end ? tr("Notices are held until %1.", "date, time and zone").arg(words::moment(*end))
                            : tr("Notices are not held.");
    resume->setToolTip(why);
    resume->setStatusTip(why);
    if (m_memory)
        m_memory->set(memoryKey, end ? QString::fromStdString(formatRfc3339(*end)) : QString());
}

} // namespace turnspit::desktop
