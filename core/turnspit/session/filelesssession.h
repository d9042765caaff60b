#pragma once

#include <turnspit/control/hostsession.h>

#include <string>

namespace turnspit {

/// A session of a host that has hosted services and nothing else: no service files, no schedules in files, no runs on
/// record, no figures of processes. What is about those is answered here: Refused, saying so, or with an empty list. A
/// name that is not there is NoSuchService, whatever is asked.
class FilelessSession : public HostSession
{
    Q_OBJECT
public:
    Task<Result<RunInfo>> awaitRun(RunId id) override;
    Task<Result<>> stopRun(RunId id) override;
    Task<Result<>> extendStop(QString name, Milliseconds by) override;
    Task<Result<ActionResult>> add(AddRequest request) override;
    Task<Result<ActionResult>> update(UpdateRequest request) override;
    Task<Result<ActionResult>> remove(QString name) override;
    Task<Result<QString>> undo() override;
    Task<Result<QList<Diagnostic>>> check(QString name, QString text) override;
    Task<Result<SchedulePreview>> previewSchedule(QString text, int count) override;
    Task<Result<QList<RunInfo>>> runs(RunQuery query) override;
    Task<Result<QList<StopInfo>>> stopping() override;
    Task<Result<QList<UsageSample>>> usage(QString name) override;
    Task<Result<Inspection>> inspect(InspectRequest request) override;
    Task<Result<quint64>> beginTry(TryRequest request) override;
    Task<Result<TryPage>> followTry(quint64 id, qint64 cursor) override;
    Task<Result<>> stopTry(quint64 id) override;
    Task<Result<GoodVersion>> restore(QString name, bool dryRun) override;
    Task<Result<QList<ServiceUsage>>> usageHistory(UsageQuery query) override;

protected:
    /// For messages.
    explicit FilelessSession(std::string host) : m_host(std::move(host)) {}

    [[nodiscard]] virtual bool has(const QString& name) const = 0;

    [[nodiscard]] const std::string& hostName() const noexcept { return m_host; }
    [[nodiscard]] Error unknown(const QString& name) const;

private:
    [[nodiscard]] Error noFiles() const;
    /// What has no file is asked about.
    [[nodiscard]] Error noFileOf(const QString& name) const;

    std::string m_host;
};

} // namespace turnspit
