#pragma once

#include <ipc/listeningsocket.h>
#include <turnspit/base/error.h>
#include <turnspit/base/places.h>

#include <QObject>

#include <string>
#include <utility>

class QLocalSocket;

namespace turnspit::desktop {

/// What a second launch tells the first one: one JSON object on a line, `{"state_dir", "raise", "token", "action"}`. The answer:
/// `{"answer"}`, which is `ok`, `ending` or `other`.
struct LaunchMessage
{
    std::string stateDir;
    bool raise = true; ///< false: it was to come up quietly, as at login
    std::string token; ///< lets the window come to the front
    std::string action = {}; ///< as of the desktop entry, instead of `raise`; "": none
};

/// One desktop a runtime folder: `desktop.lock` is locked for its life; the truth is the lock, not the file.
class InstanceLock
{
public:
    /// Refused where another desktop holds it.
    [[nodiscard]] static Result<InstanceLock> take(const Places& places);

    InstanceLock(InstanceLock&& other) noexcept : m_fd(std::exchange(other.m_fd, -1)) {}
    InstanceLock& operator=(InstanceLock&&) = delete;
    ~InstanceLock();

private:
    explicit InstanceLock(int fd) : m_fd(fd) {}
    int m_fd;
};

enum class LaunchAnswer { Ok, Ending, OtherState };

/// Hands the message to the desktop that runs, and waits for its answer, at most five seconds. Blocks: for main, before
/// there is a window.
[[nodiscard]] Result<LaunchAnswer> tellRunning(const Places& places, const LaunchMessage& message);

/// Hears what later launches say, on `desktop.sock`. Only with the lock held: to listen replaces whatever socket is
/// there.
class LaunchServer final : public QObject
{
    Q_OBJECT
public:
    explicit LaunchServer(const Places& places, QObject* parent = nullptr);
    ~LaunchServer() override;

    [[nodiscard]] Result<> listen();

    /// From now on launches are told to wait for our end.
    void setEnding() { m_ending = true; }

Q_SIGNALS:
    void raiseRequested(const QString& token);
    void actionRequested(const QString& action, const QString& token);

private:
    void read(QLocalSocket& socket);
    [[nodiscard]] QString answer(const QByteArray& line);

    std::string m_path;
    QString m_stateDir;
    bool m_ending = false;
    ListeningSocket m_listening;
};

} // namespace turnspit::desktop
