#pragma once

#include <support/fakesession.h>
#include <turnspit/async/fakeclock.h>
#include <ui/session/hostmirror.h>

#include <QCoreApplication>

#include <memory>

namespace turnspit {

/// A fake host with a mirror of it and time that moves only when told: what the parts around the window look at.
class Mirrored
{
public:
    Mirrored()
    {
        Clock::setCurrent(&clock);
        session = std::make_unique<FakeSession>();
    }
    ~Mirrored()
    {
        mirror.reset();
        session.reset();
        Clock::setCurrent(nullptr);
    }

    /// What is put before it was there already when the host was attached.
    void attach()
    {
        mirror = std::make_unique<HostMirror>(*session);
        mirror->attach();
        settle();
    }

    void settle(std::chrono::nanoseconds time = std::chrono::milliseconds(60))
    {
        for (int n = 0; n < 4; ++n) {
            clock.advance(std::exchange(time, std::chrono::nanoseconds(0)));
            QCoreApplication::processEvents();
        }
    }

    void put(const char* name, ServiceState state, ServiceKind kind = ServiceKind::Kept)
    {
        session->put(serviceNamed(QString::fromLatin1(name), state, kind));
    }

    /// A run of it has ended badly, and this is where that led.
    void fail(const QString& name, ServiceState state, const QString& reason = {}, int exitCode = 3)
    {
        ServiceInfo service = session->service(name);
        service.name = name;
        service.state = state;
        service.since = clock.wallNow();
        service.lastOutcome = Outcome::Failed;
        service.exitCode = exitCode;
        service.reason = reason.isEmpty() ? QStringLiteral("exit code %1").arg(exitCode) : reason;
        session->put(service);
    }

    /// A run of it has ended well.
    void succeed(const QString& name, ServiceState state)
    {
        ServiceInfo service = session->service(name);
        service.state = state;
        service.since = clock.wallNow();
        service.lastOutcome = Outcome::Succeeded;
        service.exitCode = 0;
        service.reason.reset();
        session->put(service);
    }

    /// At noon, so that no event of a test is of another day, in no time zone.
    FakeClock clock{WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + std::chrono::hours(12))};
    std::unique_ptr<FakeSession> session;
    std::unique_ptr<HostMirror> mirror;
};

} // namespace turnspit
