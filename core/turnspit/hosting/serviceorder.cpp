#include <turnspit/hosting/serviceorder.h>

#include <turnspit/config/tomlreader.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <string_view>

namespace turnspit {

namespace {

/// Depth first along `needs` and `after`.
class Walk
{
public:
    explicit Walk(const Registrations& services) : m_services(services), m_marks(services.size(), Mark::New)
    {
        for (std::size_t i = 0; i < services.size(); ++i)
            m_places.emplace(services[i]->name, i);
    }

    void run()
    {
        for (std::size_t i = 0; i < m_services.size(); ++i)
            visit(i);
    }

    [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const
    {
        const auto found = m_places.find(name);
        return found == m_places.end() ? std::nullopt : std::optional(found->second);
    }

    std::vector<std::size_t> order;
    std::vector<std::string> circles;

private:
    enum class Mark { New, Open, Done };

    void visit(std::size_t at)
    {
        if (m_marks[at] == Mark::Done)
            return;
        if (m_marks[at] == Mark::Open) {
            std::string chain;
            for (auto member = std::ranges::find(m_path, at); member != m_path.end(); ++member)
                chain += m_services[*member]->name + " -> ";
            circles.push_back("A circular dependency was detected for the hosted service '" + m_services[at]->name + "'.\n" + chain
                              + m_services[at]->name + "\nTake one of these steps out of `needs` or `after`.");
            return;
        }
        m_marks[at] = Mark::Open;
        m_path.push_back(at);
        const auto& options = *m_services[at]->options;
        const auto follow = [this](const std::string& name) {
            if (const auto next = find(name))
                visit(*next);
        };
        for (const auto& need : options.needs)
            follow(need.service);
        for (const auto& name : options.after)
            follow(name);
        m_path.pop_back();
        m_marks[at] = Mark::Done;
        order.push_back(at);
    }

    const Registrations& m_services;
    std::map<std::string, std::size_t, std::less<>> m_places;
    std::vector<Mark> m_marks;
    std::vector<std::size_t> m_path;
};

} // namespace

std::vector<std::string> dependencyProblems(const Registrations& services)
{
    Walk walk(services);
    const auto mend = [&services](const std::string& name) {
        std::vector<std::string> names;
        std::ranges::transform(services, std::back_inserter(names), [](const auto* each) { return each->name; });
        const auto near = nearest(name, names);
        return near ? "Did you mean '" + *near + "'?" : "Add one: addHostedService<T>(\"" + name + "\").";
    };
    std::vector<std::string> out;
    for (const auto* service : services) {
        for (const auto& need : service->options->needs) {
            const auto found = walk.find(need.service);
            if (!found)
                out.push_back("There is no hosted service '" + need.service + "', which '" + service->name + "' needs. " + mend(need.service));
            else if (need.condition == DependencyCondition::Completed && !services[*found]->completes)
                out.push_back("The hosted service '" + need.service + "' never completes, which '" + service->name + "' waits for. It may be needed as Started or Ready.");
        }
        for (const auto& name : service->options->after) {
            if (!walk.find(name))
                out.push_back("There is no hosted service '" + name + "', which '" + service->name + "' comes after. " + mend(name));
        }
    }
    walk.run();
    out.insert(out.end(), walk.circles.begin(), walk.circles.end());
    return out;
}

std::vector<std::size_t> startOrder(const Registrations& services)
{
    Walk walk(services);
    walk.run();
    return std::move(walk.order);
}

} // namespace turnspit
