#include <turnspit/queues/answers.h>

namespace turnspit::detail {

void Question::arm(std::coroutine_handle<> waiting)
{
    m_home = Mailbox::current();
    m_waiting = waiting;
    m_context = WorkContext::current();
}

void Question::resume()
{
    if (const auto waiting = std::exchange(m_waiting, {})) {
        const WorkContext::Scope working(m_context);
        waiting.resume();
    }
}

void Answers::give()
{
    auto left = std::exchange(m_answered, {});
    while (!left.empty()) {
        const auto home = left.front()->m_home;
        std::vector<std::shared_ptr<Question>> theirs;
        std::vector<std::shared_ptr<Question>> others;
        theirs.reserve(left.size()); // nearly always all of them
        for (auto& each : left)
            (each->m_home == home ? theirs : others).push_back(std::move(each));
        left = std::move(others);
        if (!home)
            continue;
        home->post([theirs = std::move(theirs)] {
            for (const auto& each : theirs)
                each->resume(); // one may end another: that is disarmed then
        });
    }
}

} // namespace turnspit::detail
