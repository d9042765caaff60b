#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/control/hostsession.h>

#include <QObject>

#include <memory>

namespace turnspit {

class Thread;

/// Writes the history of a service into a file as a table: comma-separated, UTF-8, a line a run, the newest first; the columns are those
/// of `turnspitctl runs --json`. The file is there when it is whole, and as it was before where that failed.
class RunExport final : public QObject
{
    Q_OBJECT
public:
    explicit RunExport(HostSession& session, QObject* parent = nullptr);
    ~RunExport() override;

    /// Every run that the host knows, not only those that are shown; with outcomes, those that ended so. Gives up what is under way.
    void start(const QString& path, const QString& service, const QList<Outcome>& outcomes);

    [[nodiscard]] static QByteArray header();
    /// With its newline.
    [[nodiscard]] static QByteArray row(const RunInfo& run);

Q_SIGNALS:
    void finished(const QString& path, int runs);
    void failed(const QString& path, const QString& why);

private:
    Task<> write(QString path, QString service, QList<Outcome> outcomes);

    HostSession& m_session;
    std::unique_ptr<Thread> m_thread;   ///< writes; null while nothing is exported
    std::unique_ptr<TaskScope> m_tasks; ///< last: destroyed before what its tasks use
};

} // namespace turnspit
