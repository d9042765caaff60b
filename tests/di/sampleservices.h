#pragma once

#include <turnspit/di/servicecollection.h>

#include <QString>
#include <QStringList>

namespace turnspit::test {

/// What was made and destroyed, in order.
inline QStringList journal;

inline void note(const char* text)
{
    journal << QLatin1String(text);
}

inline QString told()
{
    return journal.join(QLatin1Char(' '));
}

struct Db
{
    Db() { note("+db"); }
    virtual ~Db() { note("-db"); }
};
struct BigDb final : Db
{};
struct Source
{
    int value = 7;
};
struct Scoped
{
    Scoped() { note("+scoped"); }
    ~Scoped() { note("-scoped"); }
};
struct UsesScoped
{
    explicit UsesScoped(Scoped&) {}
};

/// What the function throws, as text; empty: nothing.
template <class Error, class Function>
QString thrown(Function function)
{
    try {
        function();
    } catch (const Error& e) {
        return QString::fromLatin1(e.what());
    }
    return {};
}

inline QString problemOf(ServiceCollection& services)
{
    return thrown<ServiceGraphError>([&] { (void)services.build(); });
}

} // namespace turnspit::test
