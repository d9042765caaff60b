#include <turnspit/hosting/hostingenvironment.h>

#include <turnspit/config/tomlreader.h>
#include <turnspit/config/configuration.h>

#include <algorithm>
#include <filesystem>

namespace turnspit {

bool HostingEnvironment::is(std::string_view environment) const
{
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(name, environment, {}, lower, lower);
}

Result<HostingEnvironment> HostingEnvironment::of(const Configuration& configuration)
{
    const auto host = configuration.section("host");
    if (!host)
        return fail(host.error());
    HostingEnvironment out;
    std::vector<Error> errors;
    TomlReader reader(*host, "host.", errors);
    reader.read("environment", out.name);
    reader.read("content_root", out.contentRoot);
    if (!errors.empty())
        return fail(errors.front());
    std::error_code error;
    const auto root = std::filesystem::absolute(out.contentRoot.empty() ? "." : out.contentRoot, error).lexically_normal();
    if (error)
        return fail("there is no current folder: " + error.message());
    out.contentRoot = root.string();
    if (out.contentRoot.size() > 1 && out.contentRoot.ends_with('/'))
        out.contentRoot.pop_back();
    return out;
}

} // namespace turnspit
