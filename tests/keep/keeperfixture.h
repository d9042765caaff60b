#pragma once

#include "keep/keepclient.h"

#include <QTemporaryDir>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace turnspit::keep::test {

inline std::string victim()
{
    return std::string(qgetenv("TURNSPIT_BIN").constData()) + "/turnspit-victim";
}

/// The real program, driven over its socket, in a folder of its own.
class KeeperFixture
{
protected:
    void begin()
    {
        m_folder = std::make_unique<QTemporaryDir>(QStringLiteral("/tmp/tk-XXXXXX"));
        m_keeper = std::make_unique<KeeperProcess>(state());
        m_client = std::make_unique<Client>();
        m_lastRun = 0;
        m_keeper->start();
        const auto welcome = m_client->greet(state());
        QVERIFY(welcome.has_value());
        QCOMPARE(welcome->pid, m_keeper->pid());
        QVERIFY(welcome->live.empty());
        QVERIFY(!welcome->recovered);
    }

    void end()
    {
        // Whatever a failed test has left: stop it through a new connection, so that nothing of it outlives the test.
        m_client->close();
        if (m_keeper->pid() > 0 && m_client->connect(state())) {
            if (const auto welcome = m_client->hello())
                for (const LiveRun& run : welcome->live) {
                    m_client->send(Stop{run.run, StopWhy::Kill, Milliseconds(0)});
                    endOf(run.run);
                }
            m_client->send(Goodbye{});
            m_keeper->waitForEnd();
        }
        m_keeper.reset();
        m_folder.reset();
    }

    std::string state() const { return m_folder->path().toStdString(); }
    std::string logs(const std::string& service) const { return state() + "/logs/" + service; }

    Spawn plan(const std::vector<std::string>& arguments, const std::string& service = "s")
    {
        Spawn spawn;
        spawn.run = RunId{++m_lastRun};
        spawn.service = service;
        spawn.executable = victim();
        spawn.arguments = {"turnspit-victim"};
        spawn.arguments.insert(spawn.arguments.end(), arguments.begin(), arguments.end());
        spawn.environment = {"PATH=/usr/bin:/bin", "TURNSPIT_RUN=" + std::to_string(m_lastRun),
                             "TURNSPIT_SERVICE=" + service};
        spawn.workingDirectory = "/";
        spawn.log.folder = logs(service);
        return spawn;
    }

    RunId spawn(const std::vector<std::string>& arguments, const std::string& service = "s")
    {
        const Spawn message = plan(arguments, service);
        m_client->send(message);
        return message.run;
    }

    std::optional<Ended> endOf(RunId run, int patience = 30000) { return m_client->nextOf<Ended>(run, patience); }

    /// Waits until a line stands in the log of the service.
    bool waitForLine(const std::string& service, const std::string& text, int count = 1)
    {
        QElapsedTimer timer;
        timer.start();
        while (timer.elapsed() < 20000) {
            const auto entries = readLog(logs(service));
            if (std::ranges::count_if(entries, [&](const Entry& e) { return e.stream == 'o' && e.text == text; }) >=
                count)
                return true;
            ::poll(nullptr, 0, 5);
        }
        return false;
    }

    pid_t pidInLog(const std::string& service)
    {
        for (const Entry& entry : readLog(logs(service)))
            if (entry.stream == 'o' && entry.text.starts_with("pid "))
                return static_cast<pid_t>(std::stol(entry.text.substr(4)));
        return 0;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<KeeperProcess> m_keeper;
    std::unique_ptr<Client> m_client;
    std::uint64_t m_lastRun = 0;
};

} // namespace turnspit::keep::test
