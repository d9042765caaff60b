#pragma once

#include <turnspit/async/event.h>
#include <turnspit/base/clock.h>
#include <turnspit/base/error.h>
#include <turnspit/base/places.h>
#include <turnspit/keep/protocol.h>

#include <QLocalSocket>
#include <QObject>

#include <functional>
#include <memory>
#include <string>

namespace turnspit {

/// The host's end of the keeper's socket: finds the keeper of the state folder or starts one, and does so again when it is lost.
/// Host thread only.
///
/// Order of events: onWelcome (what lives, how many ends follow), then onMessage for everything else; after a loss onLost, and
/// onWelcome again when a keeper is there: the same one, or a new one that has ended what was left of the old one's runs.
class KeeperClient : public QObject
{
    Q_OBJECT
public:
    struct Options
    {
        Places places;
        std::string program;      ///< turnspit-keep, absolute
        std::string hostName;     ///< for the keeper's messages: `turnspitd 0.1.0, pid 812`
        std::uint64_t logTotalSize = 2'000'000'000;
    };

    explicit KeeperClient(Options options, QObject* parent = nullptr);
    ~KeeperClient() override;

    std::function<void(const keep::Welcome&)> onWelcome;
    std::function<void(const keep::KeeperMessage&)> onMessage;
    std::function<void()> onLost;
    std::function<void(const Error&)> onTrouble; ///< cannot be reached or started; tried again by itself

    /// Begins to connect; the rest comes by callback.
    void open();

    /// Lets the keeper go on alone: it ends when its last run has ended.
    void close();

    [[nodiscard]] bool isReady() const noexcept { return m_ready; }
    [[nodiscard]] int keeperPid() const noexcept { return m_keeperPid; }

    /// False: not connected, nothing was sent.
    bool send(const keep::HostMessage& message);

    /// The keeper's program: `TURNSPIT_KEEP`, else beside this program, else in ../libexec/turnspit. Fails naming where it looked.
    [[nodiscard]] static Result<std::string> findProgram(const std::string& applicationDir);

private:
    void connectToKeeper();
    void startKeeper();
    void retryLater();
    void connected();
    void disconnected();
    void received();

    Options m_options;
    std::unique_ptr<QLocalSocket> m_socket;
    std::unique_ptr<ClockTimer> m_retry;
    keep::KeeperDecoder m_decoder;
    bool m_open = false;
    bool m_connected = false; ///< the socket of this attempt
    bool m_ready = false;
    bool m_started = false; ///< a keeper was started in this attempt
    int m_tries = 0;
    int m_keeperPid = 0;
};

} // namespace turnspit
