#include <turnspit/hosting/hostservicecollection.h>

#include <turnspit/base/places.h>

#include <stdexcept>

namespace turnspit {

HostServiceCollection& HostServiceCollection::addHosted(HostedRegistration registration)
{
    checkNotBuilt(registration.name);
    if (!isServiceName(registration.name)) {
        throw std::invalid_argument("'" + registration.name + "' is no name of a hosted service (" + registration.typeName
                                    + "): 1 to 64 of A-Za-z0-9._-, beginning with a letter or digit.");
    }
    if (const auto [same, isNew] = m_places.try_emplace(registration.name, m_hosted.size()); !isNew) {
        throw std::logic_error("There is a hosted service '" + registration.name + "' (" + m_hosted[same->second].typeName + ") already; give "
                               + (registration.named ? "'" + registration.typeName + "' another name" : "this one a name: addHostedService<T>(\"name\")")
                               + ".");
    }
    m_hosted.push_back(std::move(registration));
    return *this;
}

} // namespace turnspit
