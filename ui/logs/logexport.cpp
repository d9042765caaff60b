#include <ui/logs/logexport.h>

#include <turnspit/async/onthread.h>
#include <ui/logs/logtext.h>
#include <ui/text/words.h>

#include <QSaveFile>

namespace turnspit {
namespace {

/// What the writing thread holds. Made here, used and destroyed there.
struct Output
{
    std::unique_ptr<QSaveFile> file;
    QString error; ///< "": all is well
};

QString opened(Output& output, const QString& path)
{
    output.file = std::make_unique<QSaveFile>(path);
    if (!output.file->open(QIODevice::WriteOnly))
        output.error = output.file->errorString();
    return output.error;
}

QString wrote(Output& output, const std::vector<LogLine>& lines, LogExport::Format format)
{
    for (const LogLine& line : lines) {
        const QByteArray bytes = LogExport::written(line, format);
        if (output.error.isEmpty() && output.file->write(bytes) != bytes.size())
            output.error = output.file->errorString();
    }
    return output.error;
}

QString closed(Output& output)
{
    if (output.error.isEmpty() && !output.file->commit())
        output.error = output.file->errorString();
    output.file.reset();
    return output.error;
}

} // namespace

LogExport::LogExport(HostSession& session, QObject* parent)
    : QObject(parent), m_session(session), m_tasks(std::make_unique<TaskScope>())
{
}

LogExport::~LogExport() = default;

QByteArray LogExport::written(const LogLine& line, Format format)
{
    if (format == Format::Plain)
        return logText(line.text).text.toUtf8() + '\n';
    QByteArray out = QByteArray::fromStdString(formatRfc3339(line.time));
    out += ' ';
    out += line.stream;
    out += " | ";
    out += line.text;
    out += '\n';
    return out;
}

void LogExport::start(const QString& path, const QString& service, LogChoice choice, Format format)
{
    stop();
    m_thread = std::make_unique<Thread>(QStringLiteral("log export"));
    m_tasks->spawn(run(path, service, std::move(choice), format));
}

void LogExport::stop()
{
    m_retired.push_back(std::exchange(m_tasks, std::make_unique<TaskScope>()));
    QMetaObject::invokeMethod(this, [this] { m_retired.clear(); }, Qt::QueuedConnection);
    m_thread.reset(); // at most one block is still being written
}

Task<> LogExport::run(QString path, QString service, LogChoice choice, Format format)
{
    const auto output = std::make_shared<Output>();
    LogCollector collector(m_session, std::move(service), std::move(choice));
    qint64 count = 0;
    QString error = co_await onThread(*m_thread, [output, path] { return opened(*output, path); });
    while (error.isEmpty()) {
        auto lines = co_await collector.next();
        if (!lines) {
            error = words::error(lines.error());
            break;
        }
        if (lines->empty())
            break;
        count += static_cast<qint64>(lines->size());
        error = co_await onThread(*m_thread, [output, lines = *std::move(lines), format] { return wrote(*output, lines, format); });
        Q_EMIT progressed(collector.progress());
    }
    const bool complete = error.isEmpty();
    const QString closing = co_await onThread(*m_thread, [output, complete] {
        if (!complete && output->file)
            output->file->cancelWriting();
        return closed(*output);
    });
    if (complete)
        error = closing;
    m_thread.reset();
    if (error.isEmpty())
        Q_EMIT finished(path, count);
    else
        Q_EMIT failed(path, error);
}

} // namespace turnspit
