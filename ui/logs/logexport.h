#pragma once

#include <turnspit/async/taskscope.h>
#include <ui/logs/logcollector.h>

#include <QObject>

#include <memory>

namespace turnspit {

class Thread;

/// Writes lines of a log into a file, on a thread of its own. One export at a time; the file is there when it is whole, and as it
/// was before where it failed or was given up.
class LogExport final : public QObject
{
    Q_OBJECT
public:
    /// WithTimes: time in UTC, stream and the service's own bytes, as turnspitctl prints them. Plain: text as it is shown.
    enum class Format { WithTimes, Plain };

    explicit LogExport(HostSession& session, QObject* parent = nullptr);
    ~LogExport() override;

    /// Gives up what is under way.
    void start(const QString& path, const QString& service, LogChoice choice, Format format);
    void stop();
    [[nodiscard]] bool isRunning() const { return m_thread != nullptr; }

    /// How a line looks in the file, with its newline.
    [[nodiscard]] static QByteArray written(const LogLine& line, Format format);

Q_SIGNALS:
    /// From 0 to 1.
    void progressed(double part);
    void finished(const QString& path, qint64 lines);
    void failed(const QString& path, const QString& why);

private:
    Task<> run(QString path, QString service, LogChoice choice, Format format);

    HostSession& m_session;
    std::unique_ptr<Thread> m_thread; ///< writes; null while nothing is exported

    std::vector<std::unique_ptr<TaskScope>> m_retired; ///< given up, perhaps by one of their own tasks
    std::unique_ptr<TaskScope> m_tasks;                ///< last: destroyed before what its tasks use
};

} // namespace turnspit
