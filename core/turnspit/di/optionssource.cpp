#include <turnspit/di/optionssource.h>

namespace turnspit {

namespace {

std::string joined(const std::string& subject, const std::vector<std::string>& failures)
{
    std::string out = subject;
    const char* separator = ": ";
    for (const std::string& failure : failures) {
        out += separator + failure;
        separator = "; ";
    }
    return out;
}

} // namespace

std::string detail::namesInWords(const std::vector<std::string>& names)
{
    std::string out;
    for (const std::string& name : names)
        out += (out.empty() ? "'" : ", '") + name + "'";
    return out;
}

OptionsError::OptionsError(std::string subject, std::vector<std::string> failures)
    : std::runtime_error(joined(subject, failures)), m_subject(std::move(subject)), m_failures(std::move(failures))
{}

} // namespace turnspit
