#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/control/hostsession.h>

#include <functional>

namespace turnspit::desktop {

/// Does a host that is connected answer? Asks it something small every few seconds, one question at a time; where no
/// answer comes within two seconds it does not, until one comes. Nothing waits for it. Ends by itself with the
/// connection.
class Pulse final
{
public:
    /// `answers` is called where that becomes another. The session must outlive this.
    Pulse(HostSession& session, std::function<void(bool answers)> answers);
    ~Pulse();
    Pulse(const Pulse&) = delete;
    Pulse& operator=(const Pulse&) = delete;

private:
    Task<> beat();
    void setAnswers(bool answers);

    HostSession& m_session;
    std::function<void(bool)> m_changed;
    bool m_answers = true;
    TaskScope m_tasks; // last: destroyed before what its tasks use
};

} // namespace turnspit::desktop
