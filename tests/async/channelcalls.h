#pragma once

#include <turnspit/async/channel.h>
#include <turnspit/async/mailbox.h>
#include <turnspit/async/task.h>

#include <QString>
#include <QStringList>

#include <exception>
#include <optional>
#include <stop_token>

namespace turnspit::test {

/// One read or write, and what came of it.
template <class T>
struct Call
{
    bool ended = false;
    T result{};
    std::exception_ptr error;

    [[nodiscard]] bool threw() const { return error != nullptr; }
};

template <class Awaitable, class T>
Task<> follow(Awaitable awaitable, Call<T>& out)
{
    try {
        out.result = co_await awaitable();
    } catch (...) {
        out.error = std::current_exception();
    }
    out.ended = true;
}

using Reading = Call<std::optional<int>>;
using Writing = Call<bool>;

inline auto reads(Channel<int>& channel, std::stop_token stop = {})
{
    return [&channel, stop] { return channel.read(stop); };
}

inline auto writes(Channel<int>& channel, int item, std::stop_token stop = {})
{
    return [&channel, item, stop] { return channel.write(item, stop); };
}

inline QString rest(Channel<int>& channel)
{
    QStringList out;
    while (const auto item = channel.tryRead())
        out << QString::number(*item);
    return out.join(QLatin1Char(' '));
}

/// What is posted to this thread runs.
inline void settle()
{
    Mailbox::current()->drain();
}

} // namespace turnspit::test
