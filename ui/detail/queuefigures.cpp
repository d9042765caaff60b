#include <ui/detail/queuefigures.h>

#include <ui/detail/refresher.h>
#include <ui/services/servicemodel.h>
#include <ui/session/hostmirror.h>

#include <QLocale>
#include <QWidget>

#include <algorithm>
#include <utility>

namespace turnspit {
namespace {

QString number(quint64 count)
{
    return QLocale().toString(count);
}

QString joined(const QStringList& parts)
{
    return parts.join(QStringLiteral("\u00a0· "));
}

} // namespace

QueueFigures::QueueFigures(HostSession& session, const HostMirror& mirror, QWidget& shown)
    : QObject(&shown), m_session(session), m_mirror(mirror), m_refresher(new Refresher(shown, [this] { ask(); }))
{}

QueueFigures::~QueueFigures() = default;

void QueueFigures::open(const QString& service)
{
    if (m_service == service)
        return;
    m_service = service;
    ++m_generation;
    m_asking = false;
    m_figures.reset();
    Q_EMIT changed();
    m_refresher->forget();
    m_refresher->request();
}

void QueueFigures::look()
{
    m_refresher->request();
}

void QueueFigures::ask()
{
    const ServiceInfo* const row = m_service.isEmpty() ? nullptr : m_mirror.model().find(m_service);
    if (!row || row->kind != ServiceKind::Queue || !m_mirror.isLive() || m_asking)
        return;
    m_asking = true;
    m_tasks.spawn(load(m_generation));
}

Task<> QueueFigures::load(quint64 generation)
{
    const auto queues = co_await m_session.queues();
    if (generation != m_generation)
        co_return;
    m_asking = false;
    if (!queues)
        co_return; // an older host, or one that has gone: what it said last stays
    const auto own = std::ranges::find(*queues, m_service, &QueueInfo::name);
    const std::optional<QueueInfo> now = own == queues->end() ? std::nullopt : std::optional(*own);
    if (std::exchange(m_figures, now) != now)
        Q_EMIT changed();
}

QString QueueFigures::queueText() const
{
    if (!m_figures)
        return {};
    QStringList parts{tr("waiting %1", "messages, a number").arg(number(m_figures->depth)),
                      tr("in work %1", "messages, a number").arg(number(m_figures->inFlight))};
    if (m_figures->delayed > 0)
        parts += tr("due later %1", "messages, a number").arg(number(m_figures->delayed));
    parts += tr("dead letters %1", "messages, a number").arg(number(m_figures->deadLetters));
    return joined(parts);
}

QString QueueFigures::workText() const
{
    if (!m_figures)
        return {};
    QStringList parts{tr("done %1", "messages, a number").arg(number(m_figures->acked)),
                      tr("tried again %1", "messages, a number").arg(number(m_figures->nacked)),
                      tr("given up %1", "messages, a number").arg(number(m_figures->dead))};
    // What others hold is in work too.
    if (m_figures->inHand != m_figures->inFlight)
        parts.prepend(tr("in hand %1", "messages, a number").arg(number(m_figures->inHand)));
    return joined(parts);
}

} // namespace turnspit
