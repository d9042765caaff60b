#pragma once

#include <turnspit/base/clock.h>
#include <turnspit/base/places.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace turnspit {

class Mailbox;
class Thread;

/// Copies of the service files that the host found good, for the day on which one is broken (ServiceFileStore::keepGood).
///
/// Owner's thread; the files are written on the files thread, a handful at a time, so that a folder of a thousand new files neither
/// holds up the start of its services nor whoever else wants that thread. Nobody waits for a copy but the end of a host.
class GoodTexts
{
public:
    static constexpr std::chrono::seconds afterStart{5};
    static constexpr std::chrono::milliseconds pause{250}; ///< between a handful and the next
    static constexpr std::size_t atATime = 16;

    /// `written`: owner's thread, after each handful: what was wrong with it, empty when all went well.
    GoodTexts(Thread& files, Places places, Clock& clock, std::function<void(const std::string&)> written);
    ~GoodTexts();

    /// Will be written; of one name the newest only.
    void keep(const std::string& name, std::string text);
    /// Hands this one over now, if it waits: what is asked of the files thread from now on sees it.
    void hurry(const std::string& name);
    /// Hands over all that waits: the host ends.
    void hurryAll();

private:
    using Texts = std::map<std::string, std::string>;

    void goOn(std::chrono::nanoseconds delay);
    void writeSome();
    void write(Texts texts);

    Thread& m_files;
    Places m_places;
    std::shared_ptr<Mailbox> m_home;
    std::function<void(const std::string&)> m_written;
    Texts m_texts;
    bool m_going = false; ///< the timer runs
    std::unique_ptr<ClockTimer> m_timer;
    std::shared_ptr<int> m_alive = std::make_shared<int>(0);
};

} // namespace turnspit
