#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

namespace turnspit {

/// A failure, and whose it is; empty: nobody's in particular.
struct NamedError
{
    std::string name;
    std::exception_ptr error;

    bool operator==(const NamedError&) const = default;
};

/// Several failures at once, in the order in which they came; what() says each with its name.
class AggregateError : public std::runtime_error
{
public:
    AggregateError(const std::string& message, std::vector<NamedError> errors);

    [[nodiscard]] const std::vector<NamedError>& errors() const noexcept { return m_errors; }

private:
    std::vector<NamedError> m_errors;
};

/// What an exception says, in one line; "cancelled" for OperationCancelled.
[[nodiscard]] std::string describe(const std::exception_ptr& error);

/// `name: what it says`.
[[nodiscard]] std::string describe(const NamedError& error);

[[nodiscard]] bool isCancellation(const std::exception_ptr& error);

/// Throws what there is: one as it is, several as AggregateError; returns where there is none.
void throwErrors(const std::string& message, std::vector<NamedError> errors);

} // namespace turnspit
