#include <turnspit/history/historywriter.h>

#include <future>
#include <iterator>
#include <utility>

namespace turnspit {

namespace {

std::string beside(const std::string& file, const char* name)
{
    const auto slash = file.rfind('/');
    return (slash == std::string::npos ? std::string() : file.substr(0, slash + 1)) + name;
}

} // namespace

Result<std::unique_ptr<HistoryWriter>> HistoryWriter::start(Options options)
{
    auto store = HistoryStore::open(options.file);
    if (!store)
        return fail(store.error());
    const auto greatest = (*store)->greatestRunId();
    if (!greatest)
        return fail(greatest.error());
    auto ids = RunIds::open(beside(options.file, "run-id"), *greatest);
    if (!ids)
        return fail(ids.error());
    return std::unique_ptr<HistoryWriter>(new HistoryWriter(std::move(options), std::move(*store), std::move(*ids)));
}

HistoryWriter::HistoryWriter(Options options, std::unique_ptr<HistoryStore> store, RunIds ids)
    : m_options(std::move(options)), m_store(std::move(store)), m_opened(m_store->opened()), m_ids(std::move(ids)),
      m_thread([this] { run(); })
{
}

HistoryWriter::~HistoryWriter()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stop = true;
    }
    m_wake.notify_one();
    m_thread.join();
}

Result<RunId> HistoryWriter::nextRunId()
{
    auto id = m_ids.next();
    if (m_ids.isLow() && !m_reserving.exchange(true)) {
        const bool queued = enqueue(Item{[this](HistoryStore&) {
                                             m_reserving = false;
                                             return m_ids.reserve();
                                         },
                                         {}, true});
        if (!queued)
            m_reserving = false;
    }
    return id;
}

bool HistoryWriter::post(Write write, Done done)
{
    return enqueue(Item{std::move(write), std::move(done), false});
}

bool HistoryWriter::enqueue(Item item)
{
    const bool urgent = item.isQuery;
    bool wake = false;
    {
        const std::lock_guard lock(m_mutex);
        if (m_stop || m_pending >= m_options.maxPending) {
            ++m_refused;
            return false;
        }
        ++m_pending;
        m_urgent = m_urgent || urgent;
        wake = urgent || m_queue.empty();
        m_queue.push_back(std::move(item));
    }
    if (wake)
        m_wake.notify_one();
    return true;
}

Result<> HistoryWriter::flush()
{
    std::promise<Result<>> tried;
    {
        const std::lock_guard lock(m_mutex);
        ++m_pending;
        m_urgent = true;
        m_queue.push_back(Item{[](HistoryStore&) { return Result<>(); },
                               [&](const Result<>&) { tried.set_value(m_lastTry); }, true});
    }
    m_wake.notify_one();
    return tried.get_future().get();
}

void HistoryWriter::run()
{
    std::vector<Item> batch; ///< not empty at the top of the loop: writes that failed
    std::unique_lock lock(m_mutex);
    for (;;) {
        if (batch.empty())
            m_wake.wait(lock, [this] { return m_stop || !m_queue.empty(); });
        m_wake.wait_for(lock, batch.empty() ? m_options.gather : m_options.retry, [this] { return m_stop || m_urgent; });
        if (m_stop && m_queue.empty() && batch.empty())
            return;
        const bool last = m_stop;
        m_urgent = false;
        std::move(m_queue.begin(), m_queue.end(), std::back_inserter(batch));
        m_queue.clear();
        lock.unlock();

        m_lastTry = tryBatch(batch);
        if (!m_lastTry && m_store->lastTrouble() == HistoryStore::Trouble::Damaged)
            recover(batch);
        if (m_lastTry) {
            ++m_commits;
            tell({});
            complete(batch);
        } else {
            tell(m_lastTry.error().message);
            answerQueries(batch);
            if (last) {
                for (Item& item : batch)
                    item.result = m_lastTry;
                complete(batch);
            }
        }

        lock.lock();
    }
}

Result<> HistoryWriter::tryBatch(std::vector<Item>& batch)
{
    if (auto begun = m_store->begin(); !begun)
        return begun;
    for (Item& item : batch) {
        item.result = m_store->nested([&] { return item.work(*m_store); });
        const auto trouble = m_store->lastTrouble();
        if (!item.result && (trouble == HistoryStore::Trouble::Transient || trouble == HistoryStore::Trouble::Damaged)) {
            m_store->rollback();
            return item.result;
        }
    }
    return m_store->commit();
}

void HistoryWriter::recover(std::vector<Item>& batch)
{
    if (const auto fresh = m_store->startAfresh(); !fresh) {
        m_lastTry = fresh;
        return;
    }
    tell("the history was damaged and is put aside as " + m_store->opened().setAside);
    m_lastTry = tryBatch(batch);
}

void HistoryWriter::answerQueries(std::vector<Item>& batch)
{
    std::vector<Item> writes;
    std::vector<Item> answered;
    for (Item& item : batch)
        (item.isQuery ? answered : writes).push_back(std::move(item));
    batch = std::move(writes);
    for (Item& item : answered)
        item.result = item.work(*m_store);
    complete(answered);
}

void HistoryWriter::complete(std::vector<Item>& batch)
{
    {
        const std::lock_guard lock(m_mutex);
        m_pending -= batch.size();
    }
    for (Item& item : batch) {
        if (item.done)
            item.done(item.result);
    }
    batch.clear();
}

void HistoryWriter::tell(const std::string& text)
{
    std::uint64_t refused = 0;
    if (text.empty()) {
        const std::lock_guard lock(m_mutex);
        refused = std::exchange(m_refused, 0);
    }
    if (text != m_told && m_options.onTrouble)
        m_options.onTrouble(text);
    m_told = text;
    if (refused > 0 && m_options.onTrouble) {
        m_told = std::to_string(refused) + " history records were not kept: too many were waiting to be written";
        m_options.onTrouble(m_told);
    }
}

} // namespace turnspit
