#pragma once

#include <turnspit/async/mailbox.h>
#include <turnspit/async/workcontext.h>

#include <QSharedData>

#include <coroutine>
#include <memory>
#include <utility>

namespace turnspit::detail {

/// A suspended coroutine that may be resumed from any thread, at most once, always in its own thread. The awaiter holds it; when
/// the awaiter dies first (its frame was destroyed), a resumption that is already on its way does nothing.
class Resumption
{
    struct State : QSharedData
    {
        State(std::shared_ptr<Mailbox> own, std::coroutine_handle<> waiting, const WorkContext* work)
            : mailbox(std::move(own)), handle(waiting), context(work)
        {
        }
        void resume()
        {
            if (const auto waiting = std::exchange(handle, {})) {
                const WorkContext::Scope working(context);
                waiting.resume();
            }
        }

        std::shared_ptr<Mailbox> mailbox;
        std::coroutine_handle<> handle; // the coroutine's thread only
        const WorkContext* context;     // whose work it is
    };

public:
    Resumption() = default;
    Resumption(const Resumption&) = delete;
    Resumption& operator=(const Resumption&) = delete;
    ~Resumption() { disarm(); }

    /// In the coroutine's thread, when it suspends.
    void arm(std::coroutine_handle<> handle) { m_state.reset(new State(Mailbox::current(), handle, WorkContext::current())); }

    /// In the coroutine's thread, before it is resumed by other means: a resumption that is on its way does nothing.
    void disarm() noexcept
    {
        if (m_state)
            m_state->handle = {};
    }

    /// In the coroutine's thread: resumes inside this call, after which this may be gone.
    void resume() const { m_state->resume(); }

    [[nodiscard]] bool isArmed() const noexcept { return m_state && m_state->handle; }

    /// From any thread, also from a stop callback: resumes in the coroutine's thread, soon; all but the first do nothing.
    class Poster
    {
    public:
        void operator()() const noexcept
        {
            m_state->mailbox->post([state = m_state] { state->resume(); });
        }

    private:
        friend class Resumption;
        explicit Poster(QExplicitlySharedDataPointer<State> state) : m_state(std::move(state)) {}
        QExplicitlySharedDataPointer<State> m_state;
    };

    [[nodiscard]] Poster poster() const { return Poster(m_state); }

private:
    QExplicitlySharedDataPointer<State> m_state;
};

} // namespace turnspit::detail
