#pragma once

#include <turnspit/async/mailbox.h>
#include <turnspit/async/task.h>
#include <turnspit/async/workcontext.h>
#include <turnspit/base/error.h>

#include <coroutine>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace turnspit::detail {

/// Something that is asked of a queue's thread, and its answer: one object, which both sides hold. Where a coroutine
/// waits for it, that goes on in its own thread.
class Question
{
public:
    virtual ~Question() = default;
    Question(const Question&) = delete;
    Question& operator=(const Question&) = delete;

    /// In the coroutine's thread: when it suspends, before the question is given away; when it goes, whether or not it
    /// has the answer.
    void arm(std::coroutine_handle<> waiting);
    void disarm() noexcept { m_waiting = {}; }

protected:
    Question() = default;

private:
    friend class Answers;
    void resume();

    std::shared_ptr<Mailbox> m_home;   ///< null: nobody waits
    std::coroutine_handle<> m_waiting; // the coroutine's thread only
    const WorkContext* m_context = nullptr;
};

/// What the queue's thread has answered. Those who wait in one thread are told together, so that what they ask next is
/// asked together too.
class Answers
{
public:
    void add(std::shared_ptr<Question> question) { m_answered.push_back(std::move(question)); }

    /// In the order in which they were added.
    void give();

private:
    std::vector<std::shared_ptr<Question>> m_answered;
};

/// `co_await Asking(question, thread)`: asks, `thread.submit(question)`, and goes on with what is in `question->result`
/// when that was answered; OperationCancelled where it never will be.
template <class Asked, class Thread>
class [[nodiscard]] Asking
{
public:
    Asking(std::shared_ptr<Asked> question, Thread& thread) : m_question(std::move(question)), m_thread(thread) {}
    ~Asking() { m_question->disarm(); }
    Asking(const Asking&) = delete;
    Asking& operator=(const Asking&) = delete;

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting)
    {
        m_question->arm(waiting);
        m_thread.submit(m_question);
    }
    auto await_resume()
    {
        if (!m_question->result)
            throw OperationCancelled{};
        return *std::move(m_question->result);
    }

private:
    const std::shared_ptr<Asked> m_question;
    Thread& m_thread;
};

} // namespace turnspit::detail
