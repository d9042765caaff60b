#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

namespace turnspit {

/// Several failures at once, in the order in which they came.
class AggregateError : public std::runtime_error
{
public:
    AggregateError(const std::string& message, std::vector<std::exception_ptr> errors);

    [[nodiscard]] const std::vector<std::exception_ptr>& errors() const noexcept { return m_errors; }

private:
    std::vector<std::exception_ptr> m_errors;
};

/// What an exception says, in one line; "cancelled" for OperationCancelled.
[[nodiscard]] std::string describe(const std::exception_ptr& error);

/// Throws what there is: one as it is, several as AggregateError; returns where there is none.
void throwErrors(const std::string& message, std::vector<std::exception_ptr> errors);

} // namespace turnspit
