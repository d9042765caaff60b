#pragma once

#include <turnspit/di/optionssource.h>

#include <concepts>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace turnspit {

/// Ends with its destruction, which belongs into the thread that made it: no call comes after that.
using OptionsSubscription = std::shared_ptr<void>;

/// Options that may change while the program runs, since a file of the configuration was changed: injected by value, as Options<T> is.
/// A service holds it and asks for the current ones where it needs them, or is told:
///
///     Sync(OptionsMonitor<SyncOptions> options)
///         : m_options(options), m_changes(options.onChange([this](const SyncOptions& now) { m_timer.setPeriod(now.every); })) {}
///
/// Several of a type have names (HostBuilder::configureNamed): `options.get("north")`; a hosted service that is there several times takes
/// a ServiceKey, and asks for those of its own name.
///
/// New options count only where all of them, of every type, can be read and pass their validation. HostOptions do not change.
template <class T>
class OptionsMonitor
{
public:
    using InjectedFrom = detail::OptionsSource<T>;
    explicit OptionsMonitor(InjectedFrom& source) : m_source(&source) {}

    /// As they are now, and for as long as the caller holds them. OptionsError where the first ones were wrong already. Any thread.
    [[nodiscard]] std::shared_ptr<const T> current() const { return m_source->value(); }

    /// The same of those that were configured under `name`; OptionsError where none were.
    [[nodiscard]] std::shared_ptr<const T> get(const std::string& name) const { return m_source->named(name).value(); }

    /// Under which there are some, sorted.
    [[nodiscard]] std::vector<std::string> names() const { return m_source->names(); }

    /// `changed(const T&)` is called after each change, in order, in the thread that calls this, from its event loop; not where the
    /// new value equals the old one (types that cannot be compared are told of each new reading). It throws nothing. The subscription must be kept, and destroyed in this thread, also in `changed` itself.
    template <std::invocable<const T&> Function>
    [[nodiscard]] OptionsSubscription onChange(Function changed) const
    {
        return listen({[changed = std::move(changed)](const T& now, const std::string&) mutable { changed(now); }});
    }

    /// `changed(const T&, const std::string& name)`: the same, of each that has a name, and of the one that has none: "".
    template <std::invocable<const T&, const std::string&> Function>
    [[nodiscard]] OptionsSubscription onChange(Function changed) const
    {
        return listen({std::move(changed), true});
    }

private:
    OptionsSubscription listen(detail::OptionsListener<T> listener) const
    {
        const auto kept = std::make_shared<detail::OptionsListener<T>>(std::move(listener));
        m_source->addListener(kept);
        return kept;
    }

    InjectedFrom* m_source;
};

} // namespace turnspit
