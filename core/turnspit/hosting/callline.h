#pragma once

#include <turnspit/async/event.h>
#include <turnspit/async/mailbox.h>
#include <turnspit/hosting/servicerun.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <vector>

namespace turnspit {

/// The same step of services that live in one worker, one strictly after the other (B3, B16), without the host thread in between: a call
/// begins when the one before it has ended well. The line only goes on while nothing happens; an error, a fault of any service, a token
/// that is stopped, or a call that takes more than some turns of the loop ends it, and the host goes on by single calls.
class CallLine : public std::enable_shared_from_this<CallLine>
{
public:
    using Step = ServiceRun::Step;

    /// Those below `ended` have ended well. Where `begun` is more than that, the call at `ended` has begun and answers by itself; those from
    /// `begun` on were not called and will not be.
    struct Progress
    {
        std::size_t ended;
        std::size_t begun;
    };

    // On the host thread.

    CallLine(Step step, std::shared_ptr<Mailbox> worker, std::shared_ptr<HostEnvironment> environment);

    /// Before begin.
    void add(std::shared_ptr<ServiceRun> run, std::stop_token token, bool held = false);
    void begin();

    /// Set when it is over, or does not get on.
    Event handedBack;

    /// Nobody is called from now on. What came of it; those that have ended have their answers, as of now. The same each time.
    Progress takeBack();

    [[nodiscard]] const ServiceRun::AnswerPtr& answer(std::size_t place) const { return m_members[place].answer; }

    /// In a worker: the line that is under way there, or null. As long as it gets on, the host is not woken for what services say.
    [[nodiscard]] static CallLine* underWay() noexcept;

    /// In its worker, while it is under way: posts to the host soon, in the order of the calls.
    void tellHost(Mailbox::Function function) { m_toHost.push_back(std::move(function)); }
    void flush();

private:
    friend class ServiceRun;
    struct Member
    {
        std::shared_ptr<ServiceRun> run;
        ServiceRun::AnswerPtr answer;
        std::stop_token token;
        bool held;
    };

    // In the worker.
    void goOn();
    void postGoOn();
    void watch(int turns); ///< until the call that has begun is over, which goes on then
    void look(int turns);
    [[nodiscard]] bool mayCallNext() const;
    bool claimNext();
    bool callEnded(bool well);
    void handBack();
    void leave();

    const Step m_step;
    const std::shared_ptr<Mailbox> m_worker;
    const std::shared_ptr<HostEnvironment> m_environment;
    const std::uint64_t m_faults;  ///< there were when it was made
    std::vector<Member> m_members; // does not change once begun

    /// How many calls have begun, times four; whether the last of them has ended well; whether the line is closed.
    std::atomic<std::size_t> m_state = 0;

    // The worker's.
    std::size_t m_next = 0;
    std::uint64_t m_posted = 0; ///< to the worker when look was
    bool m_over = false;        ///< the last call that was begun has ended well
    std::vector<Mailbox::Function> m_toHost;
};

} // namespace turnspit
