#include <turnspit/services/goodtexts.h>

#include <turnspit/async/mailbox.h>
#include <turnspit/async/thread.h>
#include <turnspit/servicefile/servicefilestore.h>

#include <utility>

namespace turnspit {

GoodTexts::GoodTexts(Thread& files, Places places, Clock& clock, std::function<void(const std::string&)> written)
    : m_files(files), m_places(std::move(places)), m_home(Mailbox::current()), m_written(std::move(written)),
      m_timer(clock.createTimer([this] { writeSome(); }))
{
}

GoodTexts::~GoodTexts() = default;

void GoodTexts::keep(const std::string& name, std::string text)
{
    m_texts.insert_or_assign(name, std::move(text));
    if (!m_going)
        goOn(afterStart);
}

void GoodTexts::hurry(const std::string& name)
{
    Texts one;
    one.insert(m_texts.extract(name));
    if (!one.empty())
        write(std::move(one));
}

void GoodTexts::hurryAll()
{
    m_timer->stop();
    m_going = false;
    if (!m_texts.empty())
        write(std::exchange(m_texts, {}));
}

void GoodTexts::goOn(std::chrono::nanoseconds delay)
{
    m_going = !m_texts.empty();
    if (m_going)
        m_timer->startOnce(delay);
}

void GoodTexts::writeSome()
{
    Texts some;
    while (!m_texts.empty() && some.size() < atATime)
        some.insert(m_texts.extract(m_texts.begin()));
    write(std::move(some));
    goOn(pause);
}

void GoodTexts::write(Texts texts)
{
    m_files.mailbox()->post([this, alive = std::weak_ptr(m_alive), home = m_home, places = m_places, texts = std::move(texts)] {
        const ServiceFileStore store(places);
        std::string problem;
        for (const auto& [name, text] : texts) {
            if (auto kept = store.keepGood(name, text); !kept)
                problem = kept.error().text();
        }
        home->post([this, alive, problem] {
            if (!alive.expired())
                m_written(problem);
        });
    });
}

} // namespace turnspit
