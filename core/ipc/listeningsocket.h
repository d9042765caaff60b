#pragma once

#include <turnspit/base/clock.h>
#include <turnspit/base/error.h>

#include <QString>

#include <functional>
#include <memory>

#include <sys/types.h>

class QLocalSocket;
class QSocketNotifier;

namespace turnspit {

/// Listens on a Unix socket that this user alone can open. One thread.
///
/// Not a QLocalServer: that closes itself for good when a connection cannot be accepted, and a program that has no descriptor left for a
/// moment would never be reached again. Here those who knock wait until there is one.
class ListeningSocket
{
public:
    /// `connected` gets each client; who takes it owns it.
    explicit ListeningSocket(std::function<void(std::unique_ptr<QLocalSocket>)> connected);
    ~ListeningSocket();
    ListeningSocket(const ListeningSocket&) = delete;
    ListeningSocket& operator=(const ListeningSocket&) = delete;

    /// Puts the socket into place by a rename, which takes over whatever is there but a folder. Not while it listens.
    [[nodiscard]] Result<> listen(const QString& path);

    /// The socket goes, unless another one has been put into its place.
    void close();

    /// Empty where it does not listen.
    [[nodiscard]] const QString& path() const noexcept { return m_path; }

private:
    void accept();

    std::function<void(std::unique_ptr<QLocalSocket>)> m_connected;
    QString m_path;
    int m_fd = -1;
    dev_t m_device = 0; // of the file
    ino_t m_inode = 0;
    std::unique_ptr<QSocketNotifier> m_notifier;
    std::unique_ptr<ClockTimer> m_pause; ///< after a connection that could not be accepted
};

} // namespace turnspit
