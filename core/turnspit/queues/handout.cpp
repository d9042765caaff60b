#include <turnspit/queues/handout.h>

#include <utility>

namespace turnspit::detail {

/// One receiver, as long as it waits.
class Handout::Want
{
public:
    explicit Want(Handout& handout) : m_handout(handout)
    {
        {
            const std::lock_guard lock(m_handout.m_mutex);
            ++m_handout.m_wanted;
        }
        m_handout.m_onChanged();
    }
    ~Want()
    {
        if (!m_served)
            m_handout.leave();
    }
    Want(const Want&) = delete;
    Want& operator=(const Want&) = delete;

    void served() noexcept { m_served = true; }

private:
    Handout& m_handout;
    bool m_served = false;
};

Handout::Handout(std::function<void()> changed, std::function<void(Message)> surplus)
    : m_onChanged(std::move(changed)), m_onSurplus(std::move(surplus))
{}

Task<std::optional<Message>> Handout::receive(std::stop_token stop)
{
    if (stop.stop_requested())
        co_return std::nullopt;
    Want want(*this);
    auto item = co_await m_items.read(std::move(stop));
    if (!item)
        co_return std::nullopt;
    want.served();
    if (item->error)
        std::rethrow_exception(item->error);
    co_return std::move(item->message);
}

std::size_t Handout::wanted() const
{
    const std::lock_guard lock(m_mutex);
    return m_wanted;
}

bool Handout::give(Message& message)
{
    const std::lock_guard lock(m_mutex);
    if (m_wanted == 0)
        return false;
    --m_wanted;
    (void)m_items.tryWrite({std::move(message), {}});
    return true;
}

void Handout::fail(std::exception_ptr error)
{
    const std::lock_guard lock(m_mutex);
    for (; m_wanted > 0; --m_wanted)
        (void)m_items.tryWrite({{}, error});
}

/// It got nothing. What was fetched for it, if anything was, is still there: whoever else waits has his own.
void Handout::leave()
{
    std::optional<Item> surplus;
    {
        const std::lock_guard lock(m_mutex);
        if (m_wanted > 0)
            --m_wanted;
        else
            surplus = m_items.tryRead();
    }
    if (surplus && surplus->message)
        m_onSurplus(*std::move(surplus->message));
    else
        m_onChanged();
}

} // namespace turnspit::detail
