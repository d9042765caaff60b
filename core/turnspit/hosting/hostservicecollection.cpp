#include <turnspit/hosting/hostservicecollection.h>

#include <stdexcept>

namespace turnspit {

HostServiceCollection& HostServiceCollection::addHosted(HostedRegistration registration)
{
    checkNotBuilt(registration.name);
    if (const auto [same, isNew] = m_places.try_emplace(registration.name, m_hosted.size()); !isNew) {
        throw std::logic_error("There is a hosted service '" + registration.name + "' (" + m_hosted[same->second].typeName + ") already; give "
                               + (registration.named ? "'" + registration.typeName + "' another name" : "this one a name: addHostedService<T>(\"name\")")
                               + ".");
    }
    m_hosted.push_back(std::move(registration));
    return *this;
}

} // namespace turnspit
