#include <ui/runs/runexport.h>

#include <turnspit/async/onthread.h>
#include <turnspit/base/time.h>
#include <ui/text/words.h>

#include <QSaveFile>

namespace turnspit {
namespace {

constexpr int pageSize = 500;

QByteArray quoted(const QString& text)
{
    const bool plain = !text.contains(u',') && !text.contains(u'"') && !text.contains(u'\n') && !text.contains(u'\r');
    return (plain ? text : u'"' + QString(text).replace(QLatin1String("\""), QLatin1String("\"\"")) + u'"').toUtf8();
}

QByteArray number(const auto& value)
{
    return value ? QByteArray::number(*value) : QByteArray();
}

QByteArray time(WallTime at)
{
    return QByteArray::fromStdString(formatRfc3339(at));
}

/// What went wrong, in words; "" where nothing did.
QString save(const QString& path, const QByteArray& bytes)
{
    QSaveFile file(path);
    const bool written = file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.commit();
    return written ? QString() : file.errorString();
}

} // namespace

RunExport::RunExport(HostSession& session, QObject* parent)
    : QObject(parent), m_session(session), m_tasks(std::make_unique<TaskScope>())
{
}

RunExport::~RunExport() = default;

QByteArray RunExport::header()
{
    return "id,service,trigger,attempt,begin,end,outcome,exit_code,signal,reason,duration,peak_memory_bytes,cpu_seconds,log_lines\n";
}

QByteArray RunExport::row(const RunInfo& run)
{
    const QByteArrayList cells{QByteArray::number(run.id.value),
                               quoted(run.service),
                               QByteArray::fromStdString(std::string(toString(run.trigger))),
                               QByteArray::number(run.attempt),
                               time(run.begin),
                               run.end ? time(*run.end) : QByteArray(),
                               run.outcome ? QByteArray::fromStdString(std::string(toString(*run.outcome))) : QByteArray(),
                               number(run.exitCode),
                               quoted(run.signal.value_or(QString())),
                               quoted(run.reason.value_or(QString())),
                               number(run.duration),
                               number(run.peakMemoryBytes),
                               number(run.cpuSeconds),
                               QByteArray::number(run.logLines)};
    return cells.join(',') + '\n';
}

void RunExport::start(const QString& path, const QString& service, const QList<Outcome>& outcomes)
{
    m_tasks = std::make_unique<TaskScope>();
    m_thread = std::make_unique<Thread>(QStringLiteral("run export"));
    m_tasks->spawn(write(path, service, outcomes));
}

Task<> RunExport::write(QString path, QString service, QList<Outcome> outcomes)
{
    QByteArray bytes = header();
    int count = 0;
    RunQuery query;
    query.service = service;
    query.outcomes = outcomes;
    query.limit = pageSize;
    QString error;
    for (;;) {
        const auto runs = co_await m_session.runs(query);
        if (!runs) {
            error = words::error(runs.error());
            break;
        }
        for (const RunInfo& run : *runs)
            bytes += row(run);
        count += static_cast<int>(runs->size());
        if (runs->size() < pageSize)
            break;
        query.before = runs->last().id;
    }
    if (error.isEmpty())
        error = co_await onThread(*m_thread, [path, bytes] { return save(path, bytes); });
    m_thread.reset();
    if (error.isEmpty())
        Q_EMIT finished(path, count);
    else
        Q_EMIT failed(path, error);
}

} // namespace turnspit
