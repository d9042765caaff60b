#include <turnspit/hosting/aggregateerror.h>

#include <turnspit/async/task.h>

namespace turnspit {

namespace {

std::string joined(const std::string& message, const std::vector<std::exception_ptr>& errors)
{
    std::string out = message;
    for (const auto& error : errors)
        out += " (" + describe(error) + ")";
    return out;
}

} // namespace

AggregateError::AggregateError(const std::string& message, std::vector<std::exception_ptr> errors)
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

void throwErrors(const std::string& message, std::vector<std::exception_ptr> errors)
{
    if (errors.empty())
        return;
    if (errors.size() == 1)
        std::rethrow_exception(errors.front());
    throw AggregateError(message, std::move(errors));
}

} // namespace turnspit
