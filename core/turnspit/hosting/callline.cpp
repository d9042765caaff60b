#include <turnspit/hosting/callline.h>

#include <chrono>
#include <utility>

namespace turnspit {

namespace {
constexpr std::size_t closed = 1;
constexpr std::size_t ended = 2;
constexpr std::size_t one = 4;

/// Turns of the loop that a call may take before the host waits for it: more than it takes to stop an execute that awaits.
constexpr int patience = 8;
/// Then timers and sockets of the worker have their turn.
constexpr std::chrono::milliseconds burst(2);

thread_local CallLine* lineUnderWay = nullptr;
} // namespace

CallLine::CallLine(Step step, std::shared_ptr<Mailbox> worker, std::shared_ptr<HostEnvironment> environment)
    : m_step(step), m_worker(std::move(worker)), m_environment(std::move(environment)),
      m_faults(m_environment->faults.load(std::memory_order_acquire))
{
}

void CallLine::add(std::shared_ptr<ServiceRun> run, std::stop_token token, bool held)
{
    auto answer = run->expect();
    m_members.push_back({std::move(run), std::move(answer), std::move(token), held});
}

void CallLine::begin()
{
    postGoOn();
}

CallLine::Progress CallLine::takeBack()
{
    const std::size_t state = m_state.fetch_or(closed, std::memory_order_acq_rel);
    const std::size_t begun = state / one;
    const Progress out{begun == 0 || (state & ended) ? begun : begun - 1, begun};
    for (std::size_t i = 0; i < m_members.size(); ++i) {
        if (i < out.ended)
            m_members[i].run->endWell(m_members[i].answer);
        else if (i >= out.begun)
            m_members[i].run->forget(m_members[i].answer);
    }
    return out;
}

void CallLine::postGoOn()
{
    m_worker->post([self = shared_from_this()] { self->goOn(); });
}

bool CallLine::mayCallNext() const
{
    // The first one is called as it is alone; between two the host would have heard of these.
    return m_next == 0 || (!m_members[m_next].token.stop_requested() && m_environment->faults.load(std::memory_order_acquire) == m_faults);
}

bool CallLine::claimNext()
{
    std::size_t state = m_state.load(std::memory_order_acquire);
    do {
        if (state & closed)
            return false;
    } while (!m_state.compare_exchange_weak(state, (m_next + 1) * one, std::memory_order_acq_rel, std::memory_order_acquire));
    ++m_next;
    return true;
}

CallLine* CallLine::underWay() noexcept
{
    return lineUnderWay;
}

void CallLine::flush()
{
    if (!m_toHost.empty()) {
        m_environment->mailbox->post([functions = std::exchange(m_toHost, {})]() mutable {
            for (auto& function : functions)
                std::exchange(function, {})();
        });
    }
}

void CallLine::leave()
{
    flush();
    if (lineUnderWay == this)
        lineUnderWay = nullptr;
}

void CallLine::goOn()
{
    const auto begin = std::chrono::steady_clock::now();
    const auto posted = m_worker->posted();
    if (m_worker != m_environment->mailbox)
        lineUnderWay = this;
    for (;;) {
        if (!mayCallNext()) {
            handBack();
            return;
        }
        if (!claimNext()) {
            leave();
            return;
        }
        const Member& member = m_members[m_next - 1];
        m_over = false;
        member.run->perform(m_step, member.token, member.held, member.answer, weak_from_this());
        if (!m_over) {
            watch(patience);
            return;
        }
        if (m_next == m_members.size())
            return;
        // What the service has posted to itself, and others to theirs, comes before the next call, as behind an answer.
        const bool late = std::chrono::steady_clock::now() - begin > burst;
        if (late)
            flush();
        if (late || m_worker->posted() != posted) {
            postGoOn();
            return;
        }
    }
}

void CallLine::watch(int turns)
{
    if (m_state.load(std::memory_order_acquire) & closed) {
        leave();
        return;
    }
    m_worker->post([self = shared_from_this(), turns] { self->look(turns); });
    m_posted = m_worker->posted();
}

void CallLine::look(int turns)
{
    if (!m_over)
        flush();
    if (!m_over && turns > 0)
        watch(turns - 1);
    else if (!m_over)
        handBack();
    else if (m_next == m_members.size())
        return;
    else if (m_worker->posted() != m_posted) // as in goOn
        postGoOn();
    else
        goOn();
}

/// False: the host waits for its answer.
bool CallLine::callEnded(bool well)
{
    if (!well) {
        handBack();
        return false;
    }
    std::size_t state = m_next * one;
    if (!m_state.compare_exchange_strong(state, state | ended, std::memory_order_acq_rel))
        return false; // the host has taken the line back, and this as under way
    m_over = true;
    if (m_next == m_members.size())
        handBack();
    return true;
}

void CallLine::handBack()
{
    leave();
    if (m_state.fetch_or(closed, std::memory_order_acq_rel) & closed)
        return;
    m_environment->mailbox->post([self = shared_from_this(), mark = m_environment->tickReports->mark()] {
        self->m_environment->tickReports->hear(mark);
        self->handedBack.set();
    });
}

} // namespace turnspit
