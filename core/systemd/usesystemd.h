#pragma once

#include <systemd/systemdenvironment.h>
#include <systemd/systemdnotifier.h>
#include <turnspit/async/task.h>
#include <turnspit/base/error.h>
#include <turnspit/control/sessionserver.h>
#include <turnspit/hosting/hostbuilder.h>

#include <functional>
#include <memory>
#include <optional>

namespace turnspit {

struct SystemdLink;

/// What a program may say to useSystemd.
struct SystemdOptions
{
    /// What SIGHUP does; on the host thread. Without it, and without a session, SIGHUP does what it always does.
    std::function<Task<Result<>>()> reload = {};

    std::optional<SystemdEnvironment> environment = {}; ///< else that of this process
    std::unique_ptr<SystemdNotifier> notifier = {};     ///< else the socket that the environment names
};

/// What useSystemd has found.
class Systemd
{
public:
    /// Somebody is told how the host is.
    [[nodiscard]] bool isPresent() const noexcept { return m_present; }

    /// Log lines go to the journal through standard error, and have their levels there.
    [[nodiscard]] bool hasJournal() const noexcept { return m_journal; }

    /// For a host that has a session: the status counts the session's services, and SIGHUP reloads it. Does nothing where systemd is
    /// not present.
    [[nodiscard]] SessionServerFactory sessionServer() const;

private:
    friend Systemd useSystemd(HostBuilder& builder, SystemdOptions options);
    std::shared_ptr<SystemdLink> m_link;
    bool m_present = false;
    bool m_journal = false;
};

/// The host as a service of systemd: it says that it is ready, reloads, stops, how it is and that it lives (SystemdReporter has what and
/// when), and its log lines have levels in the journal. A no-op elsewhere (B86): every part needs its own sign that somebody listens. A
/// second call for a builder does nothing, and has found nothing.
///
/// SIGTERM is what Host::run stops by anyway, with exit code 0 (B90).
Systemd useSystemd(HostBuilder& builder, SystemdOptions options = {});

} // namespace turnspit
