#include <turnspit/services/trials.h>

#include <turnspit/async/wait.h>
#include <turnspit/base/places.h>
#include <turnspit/keep/protocol.h>
#include <turnspit/supervision/exitwords.h>

#include <algorithm>

using namespace std::chrono_literals;

namespace turnspit {

namespace {

/// Of a command's life.
constexpr auto lifeLimit = 10min;
/// From the polite signal to SIGKILL.
constexpr auto stopLimit = 2s;
/// How long a trial lives, and what ended is kept, while nobody follows.
constexpr auto leaseTime = 5s;
/// At the host's end.
constexpr auto farewell = 3s;

} // namespace

Trial::Trial(const std::string& keeperProgram, const Definition& definition, const SpawnPlan::Environment& session, Clock& clock)
    : m_clock(clock), m_definition(definition), m_begin(clock.now())
{
    auto plan = SpawnPlan::make(definition, session, {});
    if (!plan) {
        end(plan.error().exitCode >= 0 ? std::optional(plan.error().exitCode) : std::nullopt, 0, plan.error().reason);
        return;
    }
    m_guardian = std::make_unique<QProcess>();
    QObject::connect(m_guardian.get(), &QProcess::readyReadStandardOutput, m_guardian.get(), [this] { received(); });
    QObject::connect(m_guardian.get(), &QProcess::finished, m_guardian.get(), [this] {
        received();
        end({}, 0, "killed");
        m_changed.set(); // for who waits until it has gone
    });
    QObject::connect(m_guardian.get(), &QProcess::errorOccurred, m_guardian.get(), [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            end({}, 0, "cannot start " + m_guardian->program().toStdString() + ": " + m_guardian->errorString().toStdString());
    });
    m_guardian->setWorkingDirectory(QStringLiteral("/"));
    m_guardian->setStandardErrorFile(QProcess::nullDevice());
    m_guardian->start(QString::fromStdString(keeperProgram),
                      {QStringLiteral("--try"), QString::number(std::chrono::seconds(lifeLimit).count())});
    m_guardian->write(QByteArray::fromStdString(keep::encode(keep::HostMessage(plan->spawn))));
}

Trial::~Trial()
{
    if (!m_guardian || m_guardian->state() == QProcess::NotRunning)
        return;
    // A QProcess that is destroyed kills its program and waits; the guardian has something to do first.
    QProcess* const guardian = m_guardian.release();
    guardian->disconnect();
    QObject::connect(guardian, &QProcess::finished, guardian, &QObject::deleteLater);
    guardian->closeWriteChannel();
}

bool Trial::hasGone() const
{
    return !m_guardian || m_guardian->state() == QProcess::NotRunning;
}

void Trial::stop()
{
    if (m_guardian && !m_ended)
        m_guardian->write(QByteArray::fromStdString(keep::encode(keep::HostMessage(keep::Stop{{}, keep::StopWhy::Stop, stopLimit}))));
}

void Trial::kill()
{
    if (m_guardian && !m_ended)
        m_guardian->closeWriteChannel();
}

void Trial::received()
{
    const QByteArray bytes = m_guardian->readAllStandardOutput();
    m_decoder.feed({bytes.constData(), static_cast<std::size_t>(bytes.size())});
    while (const auto frame = m_decoder.next())
        take(*frame);
}

void Trial::take(const keep::TrialFrame& frame)
{
    switch (frame.type) {
    case 'o':
    case 'e':
        return append(frame.type, frame.payload);
    case 'f': {
        const auto failure = SpawnPlan::describe(keep::failedOf(frame), m_definition);
        return end(failure.exitCode >= 0 ? std::optional(failure.exitCode) : std::nullopt, 0, failure.reason);
    }
    case 'x': {
        const keep::TrialEnd last = keep::endOf(frame);
        m_dropped = static_cast<qint64>(last.dropped);
        std::string reason;
        if (last.why == keep::TrialEnd::Stopped)
            reason = "stopped";
        else if (last.why == keep::TrialEnd::Killed)
            reason = "did not stop within " + formatDuration(stopLimit) + "; killed";
        else if (last.why == keep::TrialEnd::TooLong)
            reason = "still ran after " + formatDuration(lifeLimit) + "; killed";
        return end(last.exitCode >= 0 ? std::optional<int>(last.exitCode) : std::nullopt, last.signal, reason);
    }
    default:
        return;
    }
}

void Trial::append(char stream, const std::string& bytes)
{
    const QByteArray text = QByteArray::fromStdString(bytes);
    if (!m_output.isEmpty() && m_output.last().stream == stream)
        m_output.last().bytes += text;
    else
        m_output.append({stream, text});
    m_size += text.size();
    m_changed.set();
}

void Trial::end(std::optional<int> exitCode, int signal, const std::string& reason)
{
    if (std::exchange(m_ended, true))
        return;
    m_endedAt = m_clock.now();
    m_exitCode = exitCode;
    m_signal = signal;
    m_reason = reason;
    m_changed.set();
}

TryPage Trial::page(qint64 cursor) const
{
    TryPage page;
    qint64 at = 0;
    for (const TryOutput& piece : m_output) {
        const qint64 end = at + piece.bytes.size();
        if (end > cursor)
            page.output.append({piece.stream, piece.bytes.mid(std::max<qint64>(0, cursor - at))});
        at = end;
    }
    page.cursor = m_size;
    page.dropped = m_dropped;
    page.ended = m_ended;
    page.seconds = std::chrono::duration<double>((m_ended ? m_endedAt : m_clock.now()) - m_begin).count();
    page.exitCode = m_exitCode;
    if (m_signal != 0) {
        const std::string_view name = signalName(m_signal);
        page.signal = QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
    }
    page.reason = QString::fromStdString(m_reason);
    return page;
}

// ---- all of them

Trials::Trials(std::string keeperProgram, Clock& clock) : m_program(std::move(keeperProgram)), m_clock(clock) {}

Trials::~Trials() = default;

Result<quint64> Trials::begin(const Definition& definition, const SpawnPlan::Environment& session)
{
    const auto running = std::ranges::count_if(m_trials, [](const auto& entry) { return !entry.second->hasEnded(); });
    if (running >= static_cast<std::ptrdiff_t>(most))
        return fail(ErrorKind::Refused, std::to_string(most) + " commands are being tried already: stop one of them first");
    const quint64 id = ++m_last;
    const auto trial = std::make_shared<Trial>(m_program, definition, session, m_clock);
    m_trials.emplace(id, trial);
    lease(id, *trial);
    return id;
}

std::shared_ptr<Trial> Trials::find(quint64 id) const
{
    const auto found = m_trials.find(id);
    return found == m_trials.end() ? nullptr : found->second;
}

void Trials::lease(quint64 id, Trial& trial)
{
    trial.lease = m_clock.createTimer([this, id] {
        // Out of the map before it goes: its timer is what calls this.
        if (const auto node = m_trials.extract(id))
            node.mapped()->kill();
    });
    trial.lease->startOnce(leaseTime);
}

Trials::Following::Following(Trials& trials, quint64 id, std::shared_ptr<Trial> trial)
    : m_trials(trials), m_alive(trials.m_alive), m_id(id), m_trial(std::move(trial))
{
    ++m_trial->followers;
    m_trial->lease.reset();
}

Trials::Following::~Following()
{
    if (--m_trial->followers == 0 && !m_alive.expired() && m_trials.find(m_id))
        m_trials.lease(m_id, *m_trial);
}

Task<> Trials::endAll()
{
    const auto trials = std::exchange(m_trials, {});
    for (const auto& [id, trial] : trials)
        trial->kill();
    const Instant deadline = m_clock.now() + farewell;
    for (const auto& [id, trial] : trials) {
        std::stop_source late;
        const auto timer = m_clock.createTimer([&late] { late.request_stop(); });
        timer->startOnce(deadline - m_clock.now());
        while (!(trial->hasEnded() && trial->hasGone()) && !late.stop_requested()) {
            trial->changed().reset();
            co_await trial->changed().wait(late.get_token());
        }
    }
}

} // namespace turnspit
