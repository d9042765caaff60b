#pragma once

#include <ipc/heldchanges.h>
#include <ipc/methods.h>
#include <ipc/wire.h>

#include <turnspit/async/taskscope.h>
#include <turnspit/base/clock.h>

#include <QLocalSocket>

#include <chrono>
#include <memory>

namespace turnspit {

class ControlServer;

/// One client of a ControlServer. Bounded in every direction: what is read ahead, what is under way, what waits to be sent.
class ServerConnection : public QObject
{
    Q_OBJECT
public:
    static constexpr qint64 holdAbove = 1 << 20;      ///< unsent bytes from which on deltas are merged and no request begins
    static constexpr qint64 sendBelow = 256 << 10;    ///< unsent bytes below which the merged delta goes out
    static constexpr qint64 closeAbove = 16 << 20;    ///< unsent bytes at which the next line ends the connection
    static constexpr qint64 readAhead = 2 << 20;
    static constexpr std::chrono::seconds progressLimit{30}; ///< without a byte sent
    static constexpr std::chrono::seconds helloLimit{30};
    static constexpr std::chrono::seconds lingerLimit{2};    ///< for the client to read the last error and close

    /// Takes the socket over.
    ServerConnection(ControlServer& server, QLocalSocket* socket);
    ~ServerConnection() override;

    [[nodiscard]] bool isSubscribed() const noexcept { return m_subscribed; }

    /// `line` is the notification with this delta, made once for all connections.
    void deliver(const Delta& delta, const QByteArray& line);
    /// The session's client state was replaced: this client has to ask for it again.
    void deliverReplaced(Revision revision);

    /// Reads nothing more; what is under way goes on.
    void stopReading()
    {
        if (m_state != State::Closing)
            m_state = State::Finishing;
    }
    /// Nothing waits to be sent, and no answer that must reach the client is still to come.
    [[nodiscard]] bool isQuiet() const { return m_mustAnswer == 0 && m_socket->bytesToWrite() == 0; }

    /// Sends an error that belongs to no request and closes.
    void refuse(const wire::Refusal& refusal);

private:
    enum class State {
        Silent,    ///< no hello yet
        Greeting,  ///< hello is being answered, nothing else is read
        Open,
        Finishing, ///< the server ends: nothing is read any more
        Closing,   ///< a last error is on its way
    };

    void readMore();
    [[nodiscard]] bool mayBegin() const;
    void handle(const QByteArray& line);
    void greet(const wire::Request& request);
    Task<> answerHello(QJsonValue id);
    Task<> answerSubscribe(wire::Request request);
    Task<> answerCall(wire::Request request, const wire::Method& method);
    Task<Result<QByteArray>> lineFor(QJsonValue id, QJsonObject params, const wire::Method& method);
    Task<Result<QByteArray>> subscription(QJsonValue id);
    void begin(Task<> task);
    void ended();

    void answer(const wire::Request& request, const Result<QByteArray>& line);
    void write(const QByteArray& line);
    void flushHeld();
    void progressed();
    void watchProgress();
    void closeWhenSent();
    void abort();

    ControlServer& m_server;
    QLocalSocket* m_socket; // child of this object
    State m_state = State::Silent;
    wire::LineBuffer m_lines{wire::maxRequest};
    bool m_reading = false;
    int m_underWay = 0;
    int m_mustAnswer = 0; // requests for a shutdown among them
    bool m_subscribed = false;
    int m_snapshotsUnderWay = 0; // meanwhile deltas are held, so that they come after the snapshot
    Revision m_known;            // the last one handed to this connection
    HeldChanges m_held;
    std::unique_ptr<ClockTimer> m_deadline; // hello, then progress, then lingering
    TaskScope m_tasks;                      // last: its tasks use the rest
};

} // namespace turnspit
