// Misuse that the compiler refuses in words: behind `says:` what it has to say. Read by misuse.py, compiled by nobody else.
#include <turnspit/async/runblocking.h>
#include <turnspit/hosting/backgroundservice.h>
#include <turnspit/hosting/hostbuilder.h>

using namespace turnspit;

namespace {

struct Database
{};

struct TwoConstructors
{
    explicit TwoConstructors(Database&) {}
    TwoConstructors(Database&, ServiceProvider&) {}
};
struct TakesByValue
{
    explicit TakesByValue(Database) {}
};
struct TakesANumber
{
    explicit TakesANumber(int) {}
};
struct ReadsNothing
{};
struct ExecutesSomethingElse : BackgroundService
{
    Task<> execute(); // without the token it overrides nothing
};

} // namespace

void misuse(HostBuilder& builder)
{
    auto& services = builder.services();
    services.addSingleton<TwoConstructors>(); // B59, says: several constructors of this service can be injected; say which by a factory lambda
    services.addSingleton<TakesByValue>();    // says: the constructor takes a service by value, which would copy it; take T& or std::shared_ptr<T>
    services.addSingleton<TakesANumber>();    // says: no public constructor of this service can be injected
    services.addSingleton<Database>([](int) { return Database{}; }); // says: a factory's parameters must be T& or std::shared_ptr<T> of registered services
    builder.configure<ReadsNothing>("section");            // says: these options do not say how they are read; give them `void bind(turnspit::TomlReader& from)`
    builder.configureNamed<ReadsNothing>("name", "other"); // says: configureNamed<T>("name", "section", [](TomlReader& from, T& options) { ... })
    builder.configure<HostOptions>([](HostOptions o) { o.shutdownTimeout = Milliseconds(1); }); // says: this function changes a copy of the options; take them as T&
    services.addHostedService<ExecutesSomethingElse>();    // says: this service is abstract; override `Task<> execute(std::stop_token)` of a BackgroundService
    (void)runBlocking([]() -> Task<> { co_return; });      // says: blocking work is a function, not a coroutine
}

Task<> awaitsTwice(Task<> task)
{
    co_await task; // says: a task is awaited once, and gone with that: `co_await std::move(task)`
}
