#include <turnspit/hosting/hostservicecollection.h>

#include <algorithm>
#include <stdexcept>

namespace turnspit {

HostServiceCollection& HostServiceCollection::addHosted(HostedRegistration registration)
{
    checkNotBuilt(registration.name);
    const auto same = std::find_if(m_hosted.begin(), m_hosted.end(), [&](const auto& known) { return known.name == registration.name; });
    if (same != m_hosted.end()) {
        throw std::logic_error("There is a hosted service '" + registration.name + "' (" + same->typeName + ") already; give "
                               + (registration.named ? "'" + registration.typeName + "' another name" : "this one a name: addHostedService<T>(\"name\")")
                               + ".");
    }
    m_hosted.push_back(std::move(registration));
    return *this;
}

} // namespace turnspit
