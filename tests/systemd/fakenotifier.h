#pragma once

#include "hosting/hosttest.h"

#include <systemd/systemdnotifier.h>
#include <systemd/usesystemd.h>

#include <atomic>
#include <memory>

namespace turnspit::test {

/// What systemd would have heard, a line a message with its lines joined by spaces; any thread.
class FakeManager
{
public:
    using Delivery = SystemdNotifier::Delivery;

    [[nodiscard]] std::unique_ptr<SystemdNotifier> notifier() { return std::make_unique<Notifier>(m_heard); }

    [[nodiscard]] QStringList heard() const { return m_heard->journal.lines(); }
    [[nodiscard]] qsizetype count(const char* message) const { return heard().count(QString::fromLatin1(message)); }

    /// What has been heard since the last call.
    QStringList news()
    {
        const QStringList all = heard();
        return all.mid(std::exchange(m_seen, all.size()));
    }

    void answer(Delivery delivery) { m_heard->answer = delivery; }

private:
    struct Heard
    {
        Journal journal;
        std::atomic<Delivery> answer = Delivery::Sent;
    };
    class Notifier final : public SystemdNotifier
    {
    public:
        explicit Notifier(std::shared_ptr<Heard> heard) : m_heard(std::move(heard)) {}
        Delivery notify(std::string_view lines) noexcept override
        {
            const Delivery delivery = m_heard->answer;
            std::string text(lines);
            std::ranges::replace(text, '\n', ' ');
            if (delivery == Delivery::Sent)
                m_heard->journal.add(text);
            return delivery;
        }

    private:
        std::shared_ptr<Heard> m_heard;
    };

    std::shared_ptr<Heard> m_heard = std::make_shared<Heard>();
    qsizetype m_seen = 0;
};

} // namespace turnspit::test
