#pragma once

#include <turnspit/async/mailbox.h>
#include <turnspit/async/workcontext.h>
#include <turnspit/base/error.h>
#include <turnspit/base/typename.h>

#include <concepts>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace turnspit {

/// Options that cannot be used as they were configured: everything that is wrong with one type of options, each in words that say
/// where to mend it. what() is all of it in one line.
class OptionsError : public std::runtime_error
{
public:
    OptionsError(std::string subject, std::vector<std::string> failures);

    [[nodiscard]] const std::string& subject() const noexcept { return m_subject; } ///< the type: `acme::SyncOptions`
    [[nodiscard]] const std::vector<std::string>& failures() const noexcept { return m_failures; }

private:
    std::string m_subject;
    std::vector<std::string> m_failures;
};

namespace detail {

/// What the sources of all types have in common. Any thread.
class OptionsSourceBase
{
public:
    virtual ~OptionsSourceBase() = default;
    OptionsSourceBase(const OptionsSourceBase&) = delete;
    OptionsSourceBase& operator=(const OptionsSourceBase&) = delete;

    /// Makes the first value where there is none yet; null, or the OptionsError (or whatever a function of configure threw).
    [[nodiscard]] virtual std::exception_ptr check() = 0;

    /// Makes a next value, as what is read may have changed; null, or what is wrong with it. Nothing else changes yet.
    [[nodiscard]] virtual std::exception_ptr prepare() = 0;

    /// The next value, where there is one, counts from now on; listeners are told where it differs.
    virtual void commit() = 0;

protected:
    OptionsSourceBase() = default;
};

/// Somebody who wants to know of changes: told in the thread in which it was made, as the work of who made it, as long as it lives.
template <class T>
struct OptionsListener
{
    std::function<void(const T&)> changed;
    const WorkContext* work = WorkContext::current();
};

/// Values of the same type differ where they can be compared and say so; others differ always.
template <class T>
bool differ(const T& a, const T& b)
{
    if constexpr (std::equality_comparable<T>)
        return !(a == b);
    else
        return true;
}

/// What was configured for one type of options; made into a value at its first use.
template <class T>
class OptionsSource final : public OptionsSourceBase
{
public:
    using Failures = std::vector<std::string>;
    using Read = std::function<void(T&, Failures&)>;
    using Change = std::function<void(T&)>;
    using Test = std::function<void(const T&, Failures&)>;

    // Before the first use.
    void addRead(Read read) { m_reads.push_back(std::move(read)); }
    void addChange(Change change) { m_changes.push_back(std::move(change)); }
    void addTest(Test test) { m_tests.push_back(std::move(test)); }

    /// The value stays as it is now, whatever changes.
    void fix() { m_fixed = true; }

    /// OptionsError where something is wrong with it.
    std::shared_ptr<const T> value()
    {
        const std::lock_guard lock(m_mutex);
        makeFirst();
        if (!m_failures.empty())
            throw OptionsError(typeName<T>(), m_failures);
        return m_value;
    }

    /// The same; what is wrong has its default. For who must have a value and leaves the error to others.
    std::shared_ptr<const T> valueAnyway()
    {
        const std::lock_guard lock(m_mutex);
        makeFirst();
        return m_value;
    }

    std::exception_ptr check() override
    {
        try {
            (void)value();
            return nullptr;
        } catch (...) {
            return std::current_exception();
        }
    }

    std::exception_ptr prepare() override
    {
        // What is not read from anywhere cannot have changed.
        if (m_reads.empty() || m_fixed)
            return nullptr;
        const std::lock_guard lock(m_mutex);
        m_next.reset();
        try {
            Failures failures;
            auto next = make(failures);
            if (!failures.empty())
                throw OptionsError(typeName<T>(), std::move(failures));
            m_next = std::move(next);
            return nullptr;
        } catch (...) {
            return std::current_exception();
        }
    }

    void commit() override
    {
        const std::lock_guard lock(m_mutex);
        const auto next = std::exchange(m_next, nullptr);
        if (!next)
            return;
        const auto before = std::exchange(m_value, next);
        m_failures.clear();
        if (before && !differ(*before, *next))
            return;
        std::erase_if(m_listeners, [](const Listener& each) { return each.listener.expired(); });
        for (const Listener& each : m_listeners) {
            each.home->post([listener = each.listener, next] {
                if (const auto there = listener.lock()) {
                    const WorkContext::Scope working(there->work);
                    there->changed(*next);
                }
            });
        }
    }

    void addListener(const std::shared_ptr<OptionsListener<T>>& listener)
    {
        const std::lock_guard lock(m_mutex);
        m_listeners.push_back({listener, Mailbox::current()});
    }

private:
    struct Listener
    {
        std::weak_ptr<OptionsListener<T>> listener;
        std::shared_ptr<Mailbox> home;
    };

    void makeFirst()
    {
        if (!m_value)
            m_value = make(m_failures);
    }

    std::shared_ptr<const T> make(Failures& failures) const
    {
        auto value = std::make_shared<T>();
        for (const auto& read : m_reads)
            read(*value, failures);
        for (const auto& change : m_changes)
            change(*value);
        // What could not be read has its default: no use to judge that too.
        if (failures.empty()) {
            for (const auto& test : m_tests)
                test(*value, failures);
        }
        return value;
    }

    std::vector<Read> m_reads;
    std::vector<Change> m_changes;
    std::vector<Test> m_tests;
    bool m_fixed = false;
    std::mutex m_mutex;
    std::shared_ptr<const T> m_value; // guarded
    Failures m_failures;              // guarded
    std::shared_ptr<const T> m_next;  // guarded; between prepare and commit
    std::vector<Listener> m_listeners; // guarded
};

/// What a function of validate says: nothing, or what is wrong.
inline void judge(Result<> verdict, std::vector<std::string>& failures)
{
    if (!verdict)
        failures.push_back(verdict.error().text());
}
inline void judge(std::vector<std::string> verdict, std::vector<std::string>& failures)
{
    for (auto& text : verdict)
        failures.push_back(std::move(text));
}

} // namespace detail

/// A function that judges options: returns Result<>, or a list of texts about what is wrong.
template <class Function, class T>
concept OptionsTest = requires(const Function& function, const T& options, std::vector<std::string>& failures) {
    detail::judge(function(options), failures);
};

} // namespace turnspit
