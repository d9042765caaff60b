#include "pulse.h"

#include <turnspit/async/wait.h>

#include <utility>

namespace turnspit::desktop {

using namespace std::chrono_literals;

namespace {

constexpr auto patience = 2s;
constexpr auto pause = 2s;

} // namespace

Pulse::Pulse(HostSession& session, std::function<void(bool)> answers)
    : m_session(session), m_changed(std::move(answers))
{
    m_tasks.spawn(beat());
}

Pulse::~Pulse() = default;

Task<> Pulse::beat()
{
    for (;;) {
        co_await delay(pause);
        const auto late = Clock::current().createTimer([this] { setAnswers(false); });
        late->startOnce(patience);
        const auto status = co_await m_session.hostStatus();
        if (!status && status.error().kind == ErrorKind::Unreachable)
            co_return; // that it has gone is told by the connection
        setAnswers(true);
    }
}

void Pulse::setAnswers(bool answers)
{
    if (std::exchange(m_answers, answers) != answers)
        m_changed(answers);
}

} // namespace turnspit::desktop
