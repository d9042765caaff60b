#include <turnspit/hosting/hostedregistration.h>

#include <cctype>

namespace turnspit {

std::string serviceNameFromType(std::string_view typeName)
{
    typeName = typeName.substr(0, typeName.find('<'));
    if (const auto colon = typeName.rfind(':'); colon != std::string_view::npos)
        typeName.remove_prefix(colon + 1);
    const auto isUpper = [&](std::size_t i) { return std::isupper(static_cast<unsigned char>(typeName[i])) != 0; };
    std::string out;
    for (std::size_t i = 0; i < typeName.size(); ++i) {
        // A new word: an upper case letter after a lower case one, or the last of several before a lower case one (HTTPServer).
        const bool wordBegins = i > 0 && isUpper(i)
                                && (!isUpper(i - 1) || (i + 1 < typeName.size() && !isUpper(i + 1) && typeName[i + 1] != '_'));
        if (typeName[i] == '_' || wordBegins) {
            if (!out.empty() && out.back() != '-')
                out += '-';
            if (typeName[i] == '_')
                continue;
        }
        out += static_cast<char>(std::tolower(static_cast<unsigned char>(typeName[i])));
    }
    return out;
}

std::unique_ptr<HostedService> HostedRegistration::make(ServiceProvider& scope) const
{
    detail::Injector arguments(scope);
    return m_make(arguments);
}

std::shared_ptr<const ServiceOptions> HostedRegistration::shared(ServiceOptions options)
{
    static const std::shared_ptr<const ServiceOptions> usual[] = {
        std::make_shared<ServiceOptions>(), std::make_shared<ServiceOptions>(ServiceOptions{.affinity = Affinity::Shared}),
        std::make_shared<ServiceOptions>(ServiceOptions{.affinity = Affinity::Dedicated}),
        std::make_shared<ServiceOptions>(ServiceOptions{.affinity = Affinity::Host})};
    for (const auto& known : usual) {
        if (*known == options)
            return known;
    }
    return std::make_shared<const ServiceOptions>(std::move(options));
}

} // namespace turnspit
