// A window whose program hosts a service. Its button, closing it, Ctrl+C and SIGTERM end it alike: the service finishes what it has in
// hand, and the window goes on living meanwhile. When all is over it says how long it stood still at most.

#include <turnspit/async/taskscope.h>
#include <turnspit/async/wait.h>
#include <turnspit/hosting/hostbuilder.h>
#include <turnspit/hosting/periodicservice.h>
#include <turnspit/hosting/signalwatch.h>
#include <turnspit/logging/logger.h>

#include <QApplication>
#include <QCloseEvent>
#include <QElapsedTimer>
#include <QLabel>
#include <QPushButton>
#include <QTimer>
#include <QVBoxLayout>

#include <atomic>

using namespace std::chrono_literals;

namespace {

/// What the service counts, in its thread, and the window reads, in its own.
struct Progress
{
    std::atomic<int> done = 0;
};

/// A piece of work takes half a second, and is finished whatever comes.
class Work final : public turnspit::PeriodicService
{
public:
    Work(Progress& progress, turnspit::Logger<Work> log) : PeriodicService(100ms), m_progress(progress), m_log(std::move(log)) {}

protected:
    turnspit::Task<> tick(std::stop_token) override
    {
        co_await turnspit::delay(500ms);
        m_log.info("piece {} is done", ++m_progress.done);
    }

private:
    Progress& m_progress;
    turnspit::Logger<Work> m_log;
};

class Window final : public QWidget
{
public:
    Window(turnspit::ApplicationLifetime& lifetime, const Progress& progress) : m_lifetime(lifetime), m_progress(progress)
    {
        setWindowTitle(QStringLiteral("Work"));
        auto* const layout = new QVBoxLayout(this);
        layout->addWidget(m_label);
        layout->addWidget(m_stop);
        connect(m_stop, &QPushButton::clicked, this, [this] { m_lifetime.stopApplication(); });
        connect(&m_beat, &QTimer::timeout, this, [this] { beat(); });
        m_sinceBeat.start();
        m_beat.start(50ms);
    }

    void showEnding()
    {
        m_ending = QStringLiteral(" Finishing what is in hand…");
        m_stop->setEnabled(false);
        m_standstill = 0;
    }
    [[nodiscard]] qint64 standstill() const { return m_standstill; } ///< in ms, since showEnding

protected:
    /// Asks for the end, and stays until it has come.
    void closeEvent(QCloseEvent* event) override
    {
        m_lifetime.stopApplication();
        event->ignore();
    }

private:
    void beat()
    {
        m_standstill = std::max(m_standstill, m_sinceBeat.restart());
        m_label->setText(QStringLiteral("Pieces done: %1.%2").arg(m_progress.done.load()).arg(m_ending));
    }

    turnspit::ApplicationLifetime& m_lifetime;
    const Progress& m_progress;
    QString m_ending;
    qint64 m_standstill = 0;
    QElapsedTimer m_sinceBeat;
    QTimer m_beat;
    QLabel* const m_label = new QLabel(this);
    QPushButton* const m_stop = new QPushButton(QStringLiteral("Stop"), this);
};

/// From the start of the host to its end. Nothing waits here: at each co_await the event loop of the window goes on.
turnspit::Task<> live(turnspit::Host& host, Window& window)
{
    int code = 0;
    try {
        co_await host.start();
        co_await turnspit::untilStopped(host.lifetime().stopping());
    } catch (const turnspit::OperationCancelled&) { // asked to end before it had started
    } catch (const std::exception& error) {
        qCritical("%s", error.what());
        code = 1;
    }
    window.showEnding();
    const auto result = co_await host.close();
    fmt::print("the window stood still for {} ms at most\n", window.standstill());
    QCoreApplication::exit(std::max(code, result.exitCode()));
}

} // namespace

int main(int argc, char** argv)
{
    QApplication application(argc, argv);
    Progress progress;
    auto builder = turnspit::Host::createBuilder(argc, argv);
    builder.services().addInstance(progress);
    builder.services().addHostedService<Work>();
    const auto host = builder.build();
    Window window(host->lifetime(), progress);
    window.show();
    const turnspit::SignalWatch watch([&](int) { host->lifetime().stopApplication(); });
    turnspit::TaskScope tasks; // last: its frames use all of the above
    tasks.spawn(live(*host, window));
    return QApplication::exec();
}
