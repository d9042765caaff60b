#pragma once

#include <support/fakesession.h>
#include <turnspit/async/fakeclock.h>

#include <QApplication>
#include <QTest>
#include <QWidget>

#include <memory>

namespace turnspit {

/// A host in memory, and a clock that stands still until a test moves it: what every fixture of this folder begins with.
class HostFixture
{
public:
    HostFixture()
    {
        Clock::setCurrent(&clock);
        session = std::make_unique<FakeSession>();
    }
    ~HostFixture()
    {
        session.reset();
        Clock::setCurrent(nullptr);
    }
    HostFixture(const HostFixture&) = delete;
    HostFixture& operator=(const HostFixture&) = delete;

    /// What is posted and due is done, then time moves, then what that caused is done.
    void settle(std::chrono::nanoseconds time = std::chrono::nanoseconds(0))
    {
        for (int i = 0; i < 6; ++i) {
            clock.advance(std::exchange(time, std::chrono::nanoseconds(0)));
            QCoreApplication::processEvents();
        }
    }

    ServiceInfo add(const char* name, ServiceState state = ServiceState::Stopped, ServiceKind kind = ServiceKind::Kept, const char* group = "")
    {
        ServiceInfo info = serviceNamed(QString::fromLatin1(name), state, kind);
        info.group = QString::fromLatin1(group);
        session->put(info);
        return info;
    }

    [[nodiscard]] WallTime now() const { return clock.wallNow(); }

    template <class T>
    static T& part(const QWidget& in, const char* name)
    {
        T* const found = in.findChild<T*>(QString::fromLatin1(name));
        if (!found)
            qFatal("no %s", name);
        return *found;
    }

    FakeClock clock;
    std::unique_ptr<FakeSession> session;
};

} // namespace turnspit
