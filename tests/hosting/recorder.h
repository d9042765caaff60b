#pragma once

#include "hosttest.h"

namespace turnspit::test {

/// Writes every call into the journal; a gate holds it where told.
class Recorder : public HostedService, public HostedLifecycleService
{
public:
    struct Plan
    {
        std::string name;
        std::string failIn = {};     ///< the step that throws
        Event* gate = nullptr;  ///< waited for in `waitIn`
        std::string waitIn = {};
        bool listens = true;    ///< the wait ends with the token
    };

    Recorder(Journal& journal, Plan plan) : m_journal(journal), m_plan(std::move(plan))
    {
        if (m_plan.failIn == "make")
            throw std::runtime_error(m_plan.name + " make");
        m_journal.add(m_plan.name + ".made");
    }
    ~Recorder() override { m_journal.add(m_plan.name + ".destroyed"); }

    Task<> starting(std::stop_token token) override { return step("starting", token); }
    Task<> start(std::stop_token token) override { return step("start", token); }
    Task<> started(std::stop_token token) override { return step("started", token); }
    Task<> stopping(std::stop_token token) override { return step("stopping", token); }
    Task<> stop(std::stop_token token) override { return step("stop", token); }
    Task<> stopped(std::stop_token token) override { return step("stopped", token); }

private:
    Task<> step(std::string name, std::stop_token token)
    {
        m_journal.add(m_plan.name + "." + name);
        if (name == "stop" && token.stop_requested())
            m_journal.add(m_plan.name + ".hurried");
        if (m_plan.gate && m_plan.waitIn == name) {
            if (!co_await m_plan.gate->wait(m_plan.listens ? token : std::stop_token()))
                throw OperationCancelled{};
            m_journal.add(m_plan.name + "." + name + "-ended");
        }
        if (m_plan.failIn == name)
            throw std::runtime_error(m_plan.name + " " + name);
    }

    Journal& m_journal;
    Plan m_plan;
};

/// A service of the container that closes when its gate opens, and fails where it is told to.
class Closing
{
public:
    Closing(Journal& journal, std::string name, Event* gate = nullptr, bool fails = false)
        : m_journal(journal), m_name(std::move(name)), m_gate(gate), m_fails(fails)
    {}
    ~Closing() { m_journal.add(m_name + ".gone"); }
    Closing(const Closing&) = delete;
    Closing& operator=(const Closing&) = delete;

    Task<> close()
    {
        m_journal.add(m_name + ".close");
        if (m_gate)
            co_await m_gate->wait();
        if (m_fails)
            throw std::runtime_error(m_name + " close");
    }

private:
    Journal& m_journal;
    std::string m_name;
    Event* m_gate;
    bool m_fails;
};

inline void addRecorder(InlineHost& h, Recorder::Plan plan, ServiceOptions options = {})
{
    const std::string name = plan.name;
    h.builder.services().addHostedService<Recorder>(
        name, [&h, plan = std::move(plan)]() { return std::make_unique<Recorder>(h.journal, plan); }, std::move(options));
}

} // namespace turnspit::test
