#include <turnspit/base/typename.h>

#include <cstdlib>
#include <cxxabi.h>
#include <memory>

namespace turnspit {

std::string typeName(const std::type_info& type)
{
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> text(abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), &std::free);
    std::string out = status == 0 && text ? text.get() : type.name();
    // What is in no header has no name that helps anybody.
    constexpr std::string_view anonymous = "(anonymous namespace)::";
    for (auto at = out.find(anonymous); at != std::string::npos; at = out.find(anonymous))
        out.erase(at, anonymous.size());
    return out;
}

} // namespace turnspit
