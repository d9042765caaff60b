#pragma once

#include <turnspit/async/mailbox.h>
#include <turnspit/async/workcontext.h>
#include <turnspit/base/error.h>
#include <turnspit/base/typename.h>

#include <concepts>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
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
    std::function<void(const T&, const std::string& name)> changed;
    bool ofAllNames = false; ///< else of those without a name
    const WorkContext* work = WorkContext::current();
};

/// The names, in order: `'in', 'out'`.
[[nodiscard]] std::string namesInWords(const std::vector<std::string>& names);

/// Values of the same type differ where they can be compared and say so; others differ always.
template <class T>
bool differ(const T& a, const T& b)
{
    if constexpr (std::equality_comparable<T>)
        return !(a == b);
    else
        return true;
}

/// What was configured for one type of options; made into a value at its first use. Those with names have sources of their own within it.
template <class T>
class OptionsSource final : public OptionsSourceBase
{
public:
    using Failures = std::vector<std::string>;
    using Read = std::function<void(T&, Failures&)>;
    using Change = std::function<void(T&)>;
    using Test = std::function<void(const T&, Failures&)>;
    using Place = std::function<std::string(const std::string& failure)>;

    OptionsSource() = default;

    // Before the first use.

    void addRead(Read read, Place place = {})
    {
        m_reads.push_back(std::move(read));
        if (place)
            m_place = std::move(place);
    }
    void addChange(Change change) { m_changes.push_back(std::move(change)); }
    void addTest(Test test) { m_tests.push_back(std::move(test)); } ///< of those with names too

    /// Made where it is not there yet: then `isNew`.
    std::shared_ptr<OptionsSource> addNamed(const std::string& name, bool& isNew)
    {
        auto& named = m_named[name];
        isNew = !named;
        if (isNew) {
            named = std::make_shared<OptionsSource>();
            named->m_name = name;
            named->m_root = this;
        }
        return named;
    }

    /// OptionsError where there are none of that name.
    OptionsSource& named(const std::string& name)
    {
        if (const auto found = m_named.find(name); found != m_named.end())
            return *found->second;
        throw OptionsError(subject(), {"there are no options '" + name + "'" + (m_named.empty() ? "" : "; there are " + namesInWords(names()))});
    }

    [[nodiscard]] std::vector<std::string> names() const
    {
        std::vector<std::string> out;
        for (const auto& [name, source] : m_named)
            out.push_back(name);
        return out;
    }

    /// The value stays as it is now, whatever changes.
    void fix()
    {
        const std::lock_guard lock(m_mutex);
        makeFirst();
        m_fixed = true;
    }

    /// OptionsError where something is wrong with it.
    std::shared_ptr<const T> value()
    {
        const std::lock_guard lock(m_mutex);
        makeFirst();
        if (!m_failures.empty())
            throw OptionsError(subject(), m_failures);
        return m_value;
    }

    /// As it would be now; what is wrong has its default. For who must have a value and leaves the error to others: it is not the first
    /// use, more may be said of it afterwards.
    [[nodiscard]] std::shared_ptr<const T> soFar()
    {
        const std::lock_guard lock(m_mutex);
        if (m_fixed)
            return m_value;
        Failures others;
        return make(others);
    }

    std::exception_ptr check() override
    {
        // Where all have names, the one without is nobody's until somebody asks for it.
        if (m_reads.empty() && m_changes.empty() && !m_named.empty())
            return nullptr;
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
        std::shared_ptr<const T> next;
        std::exception_ptr wrong;
        try {
            Failures failures;
            next = make(failures); // not locked: who judges it may compare it with what counts now
            if (!failures.empty())
                throw OptionsError(subject(), std::move(failures));
        } catch (...) {
            wrong = std::current_exception();
        }
        const std::lock_guard lock(m_mutex);
        m_next = wrong ? nullptr : std::move(next);
        return wrong;
    }

    void commit() override
    {
        std::shared_ptr<const T> next;
        {
            const std::lock_guard lock(m_mutex);
            next = std::exchange(m_next, nullptr);
            if (!next)
                return;
            const auto before = std::exchange(m_value, next);
            m_failures.clear();
            if (before && !differ(*before, *next))
                return;
        }
        (m_root ? *m_root : *this).tell(next, m_name);
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

    [[nodiscard]] std::string subject() const { return m_name.empty() ? typeName<T>() : typeName<T>() + " '" + m_name + "'"; }

    /// Those who listen to this name.
    void tell(const std::shared_ptr<const T>& now, const std::string& name)
    {
        const std::lock_guard lock(m_mutex);
        std::erase_if(m_listeners, [](const Listener& each) { return each.listener.expired(); });
        for (const Listener& each : m_listeners) {
            each.home->post([listener = each.listener, now, name] {
                if (const auto there = listener.lock(); there && (there->ofAllNames || name.empty())) {
                    const WorkContext::Scope working(there->work);
                    there->changed(*now, name);
                }
            });
        }
    }

    void makeFirst()
    {
        if (m_value)
            return;
        Failures failures; // nobody's, where this throws: the next use tries again
        m_value = make(failures);
        m_failures = std::move(failures);
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
            for (const auto& test : m_root ? m_root->m_tests : m_tests)
                test(*value, failures);
            for (auto& failure : failures) {
                if (const std::string place = m_place ? m_place(failure) : std::string(); !place.empty())
                    failure.insert(0, place + ": ");
            }
        }
        return value;
    }

    std::string m_name;
    OptionsSource* m_root = nullptr; ///< where this has a name: what it is within
    std::map<std::string, std::shared_ptr<OptionsSource>> m_named;
    Place m_place; ///< where that stands which a test finds wrong; "": nowhere
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
