#include <turnspit/async/aggregateerror.h>

#include <turnspit/async/task.h>

#include <algorithm>

namespace turnspit {

namespace {

std::string joined(const std::string& message, const std::vector<NamedError>& errors)
{
    std::string out = message;
    for (const auto& error : errors)
        out += " (" + describe(error) + ")";
    return out;
}

} // namespace

AggregateError::AggregateError(const std::string& message, std::vector<NamedError> errors)
    : std::runtime_error(joined(message, errors)), m_errors(std::move(errors))
{}

std::string describe(const std::exception_ptr& error)
{
    if (!error)
        return {};
    try {
        std::rethrow_exception(error);
    } catch (const OperationCancelled&) {
        return "cancelled";
    } catch (const std::exception& e) {
        std::string out = e.what();
        std::replace(out.begin(), out.end(), '\n', ' ');
        return out;
    } catch (...) {
        return "an exception of unknown type";
    }
}

std::string describe(const NamedError& error)
{
    return error.name.empty() ? describe(error.error) : error.name + ": " + describe(error.error);
}

bool isCancellation(const std::exception_ptr& error)
{
    try {
        if (error)
            std::rethrow_exception(error);
    } catch (const OperationCancelled&) {
        return true;
    } catch (...) { // NOLINT(bugprone-empty-catch): anything else is none
    }
    return false;
}

void throwErrors(const std::string& message, std::vector<NamedError> errors)
{
    if (errors.empty())
        return;
    if (errors.size() == 1)
        std::rethrow_exception(errors.front().error);
    throw AggregateError(message, std::move(errors));
}

} // namespace turnspit
