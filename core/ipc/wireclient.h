#pragma once

#include <ipc/wire.h>

#include <turnspit/async/promise.h>
#include <turnspit/base/clock.h>

#include <QJsonObject>
#include <QJsonValue>
#include <QObject>

#include <functional>
#include <map>
#include <memory>

class QLocalSocket;

namespace turnspit {

/// The client's end of the control socket: requests with their answers, notifications, and the end of the connection. One
/// connection at a time; knows the framing and the greeting, but none of the methods.
class WireClient : public QObject
{
    Q_OBJECT
public:
    using Answer = std::move_only_function<void(Result<QJsonValue>)>;

    explicit WireClient(QString client, QObject* parent = nullptr);
    ~WireClient() override;

    /// Connects and says hello; opened or closed follows, perhaps inside this call. Ends a connection that is there.
    void open(const QString& path);

    [[nodiscard]] bool isOpen() const noexcept { return m_open; }
    [[nodiscard]] const QString& path() const noexcept { return m_path; }

    /// Calls back from the event loop when the answer is here, or with Unreachable when the connection ends before. Not called
    /// back when this object is destroyed first. Only while open.
    void send(const QString& method, const QJsonObject& params, Answer answer);

Q_SIGNALS:
    /// The answer to hello.
    void opened(const QJsonObject& greeting);
    /// All pending requests have been answered with this error.
    void closed(const turnspit::Error& why);
    void notified(const QString& method, const QJsonObject& params);

private:
    void connected();
    void failed();
    void read();
    void handle(const wire::Message& message);
    void close(Error why);
    void write(const QString& method, const QJsonObject& params, Answer answer);

    QString m_client;
    QString m_path;
    QLocalSocket* m_socket = nullptr; // child of this object; null: not connected
    bool m_open = false;
    qint64 m_nextId = 1;
    std::map<qint64, Answer> m_pending;
    wire::LineBuffer m_lines{wire::maxAnswer};
    std::unique_ptr<ClockTimer> m_helloDeadline;
};

} // namespace turnspit
