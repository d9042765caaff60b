#include <turnspit/session/servicelogs.h>

#include <turnspit/base/places.h>
#include <turnspit/hosting/hostevents.h>

#include <system_error>

namespace turnspit {

void ServiceLogs::open(const std::string& folder, const Caps& caps)
{
    const std::lock_guard lock(m_mutex);
    m_writers.clear();
    m_folder = folder;
    m_caps = caps;
    m_budget = std::make_unique<keep::LogBudget>(folder);
    if (caps.totalSize > 0) // counts what is there, of others too
        m_budget->setLimit(caps.totalSize);
    m_open = true;
    for (const Early& record : std::exchange(m_early, {}))
        put(record);
}

void ServiceLogs::close()
{
    const std::lock_guard lock(m_mutex);
    m_open = false;
    m_early.clear();
    m_writers.clear();
    m_budget.reset();
    m_folder.clear();
}

void ServiceLogs::onWritten(std::function<void(const std::string&)> call)
{
    const std::lock_guard lock(m_mutex);
    m_onWritten = std::move(call);
}

keep::SegmentWriter& ServiceLogs::writer(const std::string& service)
{
    auto& slot = m_writers[service];
    if (!slot) {
        keep::LogPlan plan;
        plan.folder = m_folder + "/" + service;
        plan.maxSize = m_caps.maxSize;
        plan.segmentSize = m_caps.segmentSize;
        plan.maxAge = m_caps.maxAge;
        slot = std::make_unique<keep::SegmentWriter>(plan, m_budget.get());
    }
    return *slot;
}

void ServiceLogs::put(const Early& record)
{
    keep::SegmentWriter& log = writer(record.service);
    if (record.mark) {
        log.mark(record.text, record.time);
        return;
    }
    std::string line;
    if (record.level != LogLevel::Info) {
        line += toString(record.level);
        line += ": ";
    }
    line += record.text;
    line += '\n';
    log.append(record.level > LogLevel::Info ? keep::LogStream::Err : keep::LogStream::Out, line, record.time);
}

void ServiceLogs::write(const LogRecord& record) noexcept
{
    try {
        if (!isServiceName(record.service) || record.service == m_except) // of none, or no name of a folder
            return;
        const bool mark = record.eventId > 0 && record.eventId < firstProgramEvent;
        std::string text(record.text);
        if (!mark)
            appendLogFields(text, record);
        const Early entry{record.time, record.level, mark, std::string(record.service), std::move(text)};
        std::function<void(const std::string&)> written;
        {
            const std::lock_guard lock(m_mutex);
            if (!m_open) {
                if (m_early.size() < maxEarly)
                    m_early.push_back(entry);
                return;
            }
            put(entry);
            written = m_onWritten;
        }
        if (written)
            written(entry.service);
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): out of memory; there is nobody to tell
    }
}

ServiceLogs::Upkeep ServiceLogs::upkeep(WallTime now)
{
    const std::lock_guard lock(m_mutex);
    Upkeep done;
    if (!m_budget)
        return done;
    for (const auto& [service, log] : m_writers) {
        if (log->failing())
            log->retry(now);
        log->prune(now);
        done.bytes += log->total();
    }
    if (m_caps.totalSize > 0)
        done.bytes = m_budget->total();
    if (m_budget->failingWriters() > 0)
        done.trouble = "what services say cannot be kept: " + std::generic_category().message(m_budget->error());
    return done;
}

} // namespace turnspit
