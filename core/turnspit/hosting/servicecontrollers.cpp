#include <turnspit/hosting/servicecontrollers.h>

#include <turnspit/base/places.h>
#include <turnspit/hosting/hostcore.h>
#include <turnspit/hosting/serviceorder.h>

namespace turnspit {

std::vector<ServiceController*> ServiceControllers::list() const
{
    std::vector<ServiceController*> out;
    for (auto& controller : m_d.list)
        out.push_back(&controller);
    return out;
}

ServiceController* ServiceControllers::find(std::string_view name) const
{
    for (auto& controller : m_d.list) {
        if (controller.name() == name)
            return &controller;
    }
    return nullptr;
}

Result<ServiceController*> ServiceControllers::add(HostedRegistration registration)
{
    if (!m_d.host || m_d.host->stopping)
        return fail(ErrorKind::Refused, "the host is stopping");
    if (!isServiceName(registration.name))
        return fail("'" + registration.name + "' is no name of a hosted service: 1 to 64 of A-Za-z0-9._-, beginning with a letter or digit");
    if (find(registration.name))
        return fail(ErrorKind::Refused, "there is a service '" + registration.name + "' already");
    for (const auto* dependencies : {&registration.dependencies, &registration.fromScopes}) {
        const auto problems = m_d.host->environment->provider->check(registration.typeName, *dependencies);
        if (!problems.empty())
            return fail(problems.front());
    }
    Registrations all{&registration};
    for (auto& controller : m_d.list)
        all.push_back(controller.d().registration.get());
    if (const auto wrong = dependencyProblems(all); !wrong.empty())
        return fail(wrong.front());
    auto& added = m_d.list.emplace_back(std::make_unique<ServiceController::Private>(*m_d.host, std::move(registration)));
    added.d().link();
    m_d.host->changed();
    return &added;
}

void ServiceControllers::onChanged(std::function<void()> call)
{
    m_d.onChanged = std::move(call);
}

std::shared_ptr<const void> ServiceControllers::watch(std::function<void()> call)
{
    auto held = std::make_shared<const std::function<void()>>(std::move(call));
    m_d.watches.push_back(held);
    return held;
}

bool ServiceControllers::workersAnswer() const
{
    return !m_d.host || m_d.host->pool->allAnswer();
}

} // namespace turnspit
