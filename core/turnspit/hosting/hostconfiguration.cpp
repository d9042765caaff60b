#include <turnspit/hosting/hostconfiguration.h>

#include <turnspit/async/aggregateerror.h>

#include <algorithm>
#include <stdexcept>

namespace turnspit {

namespace {

std::string within(const std::string& path, const std::string& key)
{
    return path.empty() ? key : path + "." + key;
}

std::vector<std::string> textsOf(const std::vector<Error>& errors)
{
    std::vector<std::string> out;
    std::ranges::transform(errors, std::back_inserter(out), &Error::text);
    return out;
}

std::vector<std::string> betweenBackticks(const std::string& text)
{
    std::vector<std::string> out;
    for (auto begin = text.find('`'); begin != std::string::npos;) {
        const auto end = text.find('`', begin + 1);
        if (end == std::string::npos)
            break;
        out.push_back(text.substr(begin + 1, end - begin - 1));
        begin = text.find('`', end + 1);
    }
    return out;
}

/// Files first, then variables and options; each once.
std::string inWords(const std::vector<TextOrigin>& origins)
{
    std::vector<std::string> known; // that are in it
    std::string inFiles;
    std::string others;
    for (const TextOrigin& origin : origins) {
        if (!origin.file || std::ranges::find(known, *origin.file) != known.end())
            continue;
        known.push_back(*origin.file);
        std::string& to = origin.line > 0 ? inFiles : others;
        to += (to.empty() ? "" : ", ") + *origin.file;
        if (origin.line > 0)
            to += ':' + std::to_string(origin.line) + ':' + std::to_string(origin.column);
    }
    return inFiles + (inFiles.empty() || others.empty() ? "" : ", ") + others;
}

} // namespace

HostConfiguration::HostConfiguration() : m_layers(std::make_shared<Configuration>()), m_current(m_layers) {}

std::shared_ptr<const Configuration> HostConfiguration::current() const
{
    const std::lock_guard lock(m_mutex);
    return m_current;
}

void HostConfiguration::addError(const Error& error)
{
    m_errors.push_back(error.text());
}

void HostConfiguration::addSection(const std::string& path, const std::string& reader)
{
    if (path.empty())
        throw std::logic_error("Options are read from a section: '" + reader + "' needs the name of one.");
    const auto known = std::ranges::find(m_sections, path, &Section::path);
    if (known == m_sections.end())
        m_sections.push_back({path, reader});
    else
        throw std::logic_error("[" + path + "] is read by '" + known->reader + "' already; give '" + reader + "' another section.");
}

bool HostConfiguration::isSection(const std::string& path) const
{
    return std::ranges::find(m_sections, path, &Section::path) != m_sections.end();
}

void HostConfiguration::takeSectionsWithin(const std::string& path, TomlReader& reader) const
{
    const std::string prefix = path.empty() ? path : path + ".";
    for (const Section& section : m_sections) {
        if (section.path.size() > prefix.size() && section.path.starts_with(prefix))
            reader.take(std::string_view(section.path).substr(prefix.size(), section.path.find('.', prefix.size()) - prefix.size()));
    }
}

std::shared_ptr<const Configuration> HostConfiguration::looked() const
{
    const std::lock_guard lock(m_mutex);
    return m_candidate && m_rereads == std::this_thread::get_id() ? m_candidate : m_current;
}

/// Of all values, but for those of sections within.
void HostConfiguration::addOrigins(const TomlTable& table, const std::string& path, std::vector<TextOrigin>& origins) const
{
    for (const TomlEntry& entry : table.entries()) {
        const std::string inner = within(path, entry.key);
        if (!entry.value.table())
            origins.push_back(entry.value.origin);
        else if (!isSection(inner))
            addOrigins(*entry.value.table(), inner, origins);
    }
}

std::string HostConfiguration::placeOf(const std::string& path, const std::string& failure) const
{
    const auto configuration = looked();
    const TomlValue* const found = configuration->root().valueAt(path);
    const TomlTable* const table = found ? found->table() : nullptr;
    if (!table)
        return {};
    std::vector<TextOrigin> origins;
    for (std::string key : betweenBackticks(failure)) {
        if (key.starts_with(path + "."))
            key.erase(0, path.size() + 1);
        if (const TomlValue* const value = table->valueAt(key))
            origins.push_back(value->origin);
    }
    if (origins.empty()) {
        addOrigins(*table, path, origins);
        const auto begin = configuration->originInFiles(path);
        const auto isThere = [&begin](const TextOrigin& origin) { return begin && origin.line > 0 && *origin.file == *begin->file; };
        if (begin && (origins.empty() || std::erase_if(origins, isThere) > 0))
            origins.insert(origins.begin(), *begin);
    }
    return inWords(origins);
}

void HostConfiguration::read(const std::string& path, const std::function<void(TomlReader&)>& read, std::vector<std::string>& failures) const
{
    const auto table = looked()->section(path);
    if (!table) {
        failures.push_back(table.error().text());
        return;
    }
    std::vector<Error> errors;
    TomlReader reader(*table, path + ".", errors);
    read(reader);
    takeSectionsWithin(path, reader);
    reader.finish();
    std::ranges::move(textsOf(errors), std::back_inserter(failures));
}

void HostConfiguration::findStrangers(const TomlTable& table, const std::string& path, std::vector<Error>& errors) const
{
    TomlReader reader(table, path.empty() ? path : path + ".", errors);
    takeSectionsWithin(path, reader);
    reader.finish();
    for (const TomlEntry& entry : table.entries()) {
        const std::string inner = within(path, entry.key);
        const bool leadsToSections = std::ranges::any_of(m_sections, [&](const Section& each) { return each.path.starts_with(inner + "."); });
        if (entry.value.table() && leadsToSections && !isSection(inner))
            findStrangers(*entry.value.table(), inner, errors);
    }
}

template <class Check>
std::exception_ptr HostConfiguration::judge(const Configuration& configuration, const Sources& sources, Check check) const
{
    std::vector<NamedError> errors;
    std::vector<Error> strangers;
    findStrangers(configuration.root(), {}, strangers);
    if (!strangers.empty())
        errors.push_back({{}, std::make_exception_ptr(OptionsError("configuration", textsOf(strangers)))});
    for (const auto& source : sources) {
        if (auto error = check(*source))
            errors.push_back({{}, std::move(error)}); // it says itself what it is about
    }
    try {
        throwErrors("The options are wrong.", std::move(errors));
    } catch (...) {
        return std::current_exception();
    }
    return nullptr;
}

std::exception_ptr HostConfiguration::check(const Sources& sources) const
{
    // Where a layer is missing, the rest would be judged without it.
    if (!m_errors.empty())
        return std::make_exception_ptr(OptionsError("configuration", m_errors));
    return judge(*current(), sources, [](detail::OptionsSourceBase& source) { return source.check(); });
}

void HostConfiguration::setCandidate(std::shared_ptr<const Configuration> candidate)
{
    const std::lock_guard lock(m_mutex);
    m_candidate = std::move(candidate);
    m_rereads = std::this_thread::get_id();
}

std::expected<std::vector<TomlDifference>, std::exception_ptr> HostConfiguration::reread(const Sources& sources)
{
    const auto before = current();
    auto read = before->reread();
    if (!read)
        return std::unexpected(std::make_exception_ptr(OptionsError("configuration", {read.error().text()})));
    const auto now = std::make_shared<const Configuration>(*std::move(read));
    auto changed = differences(before->root(), now->root());
    if (changed.empty())
        return changed;
    setCandidate(now);
    const auto wrong = judge(*now, sources, [](detail::OptionsSourceBase& source) { return source.prepare(); });
    setCandidate(nullptr);
    if (wrong)
        return std::unexpected(wrong);
    {
        const std::lock_guard lock(m_mutex);
        m_current = now;
    }
    for (const auto& source : sources)
        source->commit();
    return changed;
}

} // namespace turnspit
