#pragma once

#include <turnspit/di/optionsmonitor.h>
#include <turnspit/hosting/configurationwatch_p.h>
#include <turnspit/hosting/host.h>
#include <turnspit/hosting/hostcore.h>
#include <turnspit/logging/qtmessages.h>

#include <QCoreApplication>

#include <memory>
#include <optional>

namespace turnspit {

struct Host::Private
{
    /// This thread's clock, until it goes; then what was there before.
    class OwnClock
    {
    public:
        explicit OwnClock(Clock& clock) : m_before(Clock::current()) { Clock::setCurrent(&clock); }
        ~OwnClock() { Clock::setCurrent(&m_before); }
        OwnClock(const OwnClock&) = delete;
        OwnClock& operator=(const OwnClock&) = delete;

    private:
        Clock& m_before;
    };

    std::unique_ptr<QCoreApplication> application; ///< made by createBuilder; last to go
    std::shared_ptr<HostEnvironment> environment;
    std::shared_ptr<ServiceControllers::Private> controllersPrivate;
    std::shared_ptr<ServiceControllers> controllers;
    HostOptions options;
    std::unique_ptr<Thread> thread;   ///< null: inline
    std::shared_ptr<Mailbox> mailbox; ///< the host thread's
    std::unique_ptr<QtMessages> qtMessages;
    std::unique_ptr<HostCore> core;   ///< made, used and destroyed in the host thread, as the next two
    OptionsSubscription logLevels;
    std::unique_ptr<ConfigurationWatch> configurationWatch;
    std::optional<OwnClock> clock;    ///< inline, with one of its own

    /// Runs in the host thread; returns when it has, or (real time) after `patience`: false. What it throws comes out here.
    bool inHostThread(std::function<void()> function, std::optional<std::chrono::milliseconds> patience = {}) const;

    /// `call(core)`, posted to the host thread; not where the core has gone meanwhile.
    template <class Call>
    void tellCore(Call call) const
    {
        mailbox->post([to = core.get(), alive = core->alive(), call = std::move(call)]() mutable {
            if (*alive)
                call(*to);
        });
    }
};

} // namespace turnspit
