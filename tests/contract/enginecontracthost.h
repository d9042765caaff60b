#pragma once

#include "sessioncontract.h"
#include "sorting.h"

#include <support/await.h>

#include <turnspit/hosting/host.h>
#include <turnspit/hosting/hostbuilder.h>
#include <turnspit/services/engine.h>
#include <turnspit/services/enginelink.h>

#include <QTemporaryDir>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace turnspit {

/// The real engine with a real keeper and real children, in a folder of its own; without housekeeping, so that no service is there.
class EngineContractHost : public ContractHost
{
public:
    enum Threads { Inline, Own };

    explicit EngineContractHost(Threads threads)
    {
        const std::string root = m_folder.path().toStdString();
        m_options.places = Places{root + "/c", root + "/s", root + "/r"};
        if (auto ready = m_options.places.prepare(); !ready)
            qFatal("%s", ready.error().text().c_str());
        m_options.hostName = "contract";
        m_options.keeperProgram = std::string(qgetenv("TURNSPIT_BIN").constData()) + "/turnspit-keep";
        if (::access(m_options.keeperProgram.c_str(), X_OK) != 0)
            qFatal("no keeper: set TURNSPIT_BIN");

        auto builder = Host::createBuilder();
        builder.addLogSink(std::make_shared<Silence>());
        if (threads == Inline)
            builder.useInlineThreads();
        builder.services().addInstance<EngineOptions>(m_options);
        builder.services().addSingleton<EngineLink>();
        ServiceOptions engine;
        engine.onFailure = FailureBehaviour::StopHost;
        engine.stopTimeout = std::chrono::seconds(60);
        builder.services().addHostedService<Engine>("engine", engine);
        sorting::prepare(builder);
        m_host = builder.build();

        const QByteArray pipe = QFile::encodeName(m_folder.filePath(QStringLiteral("talk")));
        if (::mkfifo(pipe.constData(), 0600) != 0)
            qFatal("no pipe");
        m_talk = ::open(pipe.constData(), O_RDWR | O_CLOEXEC); // never without a reader: what is said early waits
    }
    ~EngineContractHost() override { ::close(m_talk); }

    QString talkerCommand() override
    {
        return QStringLiteral("[\"sh\", \"-c\", \"exec cat < '%1'\"]").arg(m_folder.filePath(QStringLiteral("talk")));
    }
    void talk(const QString&, const QByteArray& line) override
    {
        const QByteArray bytes = line + '\n';
        if (::write(m_talk, bytes.constData(), static_cast<std::size_t>(bytes.size())) != bytes.size())
            qFatal("nobody listens");
    }
    void emptyFile(const QString& name) override
    {
        QFile file(QString::fromStdString(m_options.places.serviceFile(name.toStdString())));
        if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate))
            qFatal("cannot empty %s", qPrintable(file.fileName()));
    }
    void provideQueue(const QString& name) override { sorting::add(*m_host, name); }

protected:
    void startHost() { (void)await(startIt()); }
    /// In the destructor of whoever owns what the servers use.
    void endHost()
    {
        if (!m_host)
            return;
        (void)await(m_host->stop());
        m_host.reset();
    }

    EngineOptions m_options;
    std::unique_ptr<Host> m_host;

private:
    class Silence final : public LogSink
    {
        void write(const LogRecord&) noexcept override {}
    };

    // The value makes it something that can be awaited for.
    Task<bool> startIt()
    {
        co_await m_host->start();
        co_return true;
    }

    QTemporaryDir m_folder;
    int m_talk = -1;
};

} // namespace turnspit
