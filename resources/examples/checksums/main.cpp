// Prints the SHA-256 of files, and ends when it is through:
//
//     checksums *.iso
//
// Reading and computing block, so they have a thread of their own, and hand what they find to a service that never blocks.

#include <turnspit/async/channel.h>
#include <turnspit/hosting/backgroundservice.h>
#include <turnspit/hosting/hostbuilder.h>
#include <turnspit/logging/logger.h>

#include <QCryptographicHash>
#include <QFile>

#include <cstdio>
#include <optional>

namespace {

struct Files
{
    std::vector<std::string> paths;
};

struct Checksum
{
    std::string path;
    std::string text;
};

using Checksums = turnspit::Channel<Checksum>;

class Hasher final : public turnspit::BackgroundService
{
public:
    static constexpr turnspit::Affinity affinity = turnspit::Affinity::Dedicated;

    Hasher(Files& files, Checksums& out, turnspit::Logger<Hasher> log) : m_files(files), m_out(out), m_log(std::move(log)) {}

protected:
    turnspit::Task<> execute(std::stop_token stopping) override
    {
        for (const auto& path : m_files.paths) {
            const auto text = checksum(path, stopping);
            if (stopping.stop_requested())
                co_return;
            if (text)
                co_await m_out.write({path, *text}, stopping);
        }
        m_out.tryComplete(); // the printer ends behind the last one
    }

private:
    /// On a thread of its own this need not await anything to hear of a stop.
    std::optional<std::string> checksum(const std::string& path, const std::stop_token& stopping)
    {
        QFile file(QString::fromStdString(path));
        if (!file.open(QIODevice::ReadOnly)) {
            m_log.error("{}: {}", path, file.errorString().toStdString());
            return std::nullopt;
        }
        QCryptographicHash hash(QCryptographicHash::Sha256);
        while (!file.atEnd()) {
            hash.addData(file.read(1 << 20));
            if (stopping.stop_requested()) {
                m_log.info("{} is left unfinished", path);
                return std::nullopt;
            }
        }
        return hash.result().toHex().toStdString();
    }

    Files& m_files;
    Checksums& m_out;
    turnspit::Logger<Hasher> m_log;
};

class Printer final : public turnspit::BackgroundService
{
public:
    explicit Printer(Checksums& in) : m_in(in) {}

protected:
    turnspit::Task<> execute(std::stop_token stopping) override
    {
        while (const auto each = co_await m_in.read(stopping)) {
            fmt::print("{}  {}\n", each->text, each->path);
            std::fflush(stdout);
        }
    }

private:
    Checksums& m_in;
};

} // namespace

int main(int argc, char** argv)
{
    auto builder = turnspit::Host::createBuilder(argc, argv);
    builder.configure<turnspit::HostOptions>([](auto& o) { o.stopWhenIdle = true; });
    builder.services().addInstance(std::make_shared<Files>(std::vector<std::string>(argv + 1, argv + argc)));
    // Some are kept for a printer that is slow; then the hasher waits.
    builder.services().addSingleton<Checksums>([] { return std::make_unique<Checksums>(turnspit::ChannelOptions{.capacity = 16}); });
    builder.services().addHostedService<Printer>(); // stopped last, since it was started first
    builder.services().addHostedService<Hasher>();
    return builder.build()->run();
}
