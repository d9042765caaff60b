#pragma once

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

protected:
    OptionsSourceBase() = default;
};

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

private:
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
    std::mutex m_mutex;
    std::shared_ptr<const T> m_value; // guarded
    Failures m_failures;              // guarded
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
