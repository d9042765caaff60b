#include <turnspit/hosting/servicecontrol.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cwchar>
#include <limits>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>
// After windows.h, which they need.
#include <tlhelp32.h>

namespace turnspit {

namespace {

/// Of the processes that run now, the one with this id; nullopt: none, or it cannot be known.
std::optional<PROCESSENTRY32W> process(DWORD id)
{
    const HANDLE all = ::CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    if (all == INVALID_HANDLE_VALUE)
        return std::nullopt;
    PROCESSENTRY32W entry{};
    entry.dwSize = sizeof entry;
    bool found = false;
    for (BOOL more = ::Process32FirstW(all, &entry); more && !found; more = found ? more : ::Process32NextW(all, &entry))
        found = entry.th32ProcessID == id;
    ::CloseHandle(all);
    return found ? std::optional(entry) : std::nullopt;
}

/// As .NET finds out: services.exe of session 0 is the parent.
bool isService()
{
    const auto own = process(::GetCurrentProcessId());
    const auto parent = own ? process(own->th32ParentProcessID) : std::nullopt;
    DWORD session = 0;
    return parent && ::_wcsicmp(parent->szExeFile, L"services.exe") == 0 && ::ProcessIdToSessionId(parent->th32ProcessID, &session) && session == 0;
}

class WindowsServiceControl final : public ServiceControl
{
public:
    ~WindowsServiceControl() override
    {
        // The dispatcher returns when the service has said that it has stopped, or where there is no manager.
        if (m_dispatcher.joinable())
            m_dispatcher.join();
        s_instance = nullptr;
    }

    Result<> connect(std::function<void()> onStop) override
    {
        m_onStop = std::move(onStop);
        s_instance = this;
        m_dispatcher = std::thread([this] { dispatch(); });
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [this] { return m_handle || m_error != 0; });
        if (m_handle)
            return {};
        return fail("the service control manager does not answer: error " + std::to_string(m_error) + " of Windows");
    }

    void report(State state, std::chrono::milliseconds within, std::uint32_t exitCode) noexcept override
    {
        const std::lock_guard lock(m_mutex);
        if (!m_handle || m_stopped)
            return;
        const bool pending = state == State::Starting || state == State::Stopping;
        SERVICE_STATUS status{};
        status.dwServiceType = SERVICE_WIN32_OWN_PROCESS;
        status.dwCurrentState = state == State::Starting   ? SERVICE_START_PENDING
                                : state == State::Running  ? SERVICE_RUNNING
                                : state == State::Stopping ? SERVICE_STOP_PENDING
                                                           : SERVICE_STOPPED;
        status.dwControlsAccepted = state == State::Running ? SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_SHUTDOWN : 0;
        status.dwWin32ExitCode = exitCode;
        status.dwCheckPoint = pending ? ++m_checkPoint : 0;
        status.dwWaitHint = pending ? static_cast<DWORD>(std::clamp<long long>(within.count(), 0, std::numeric_limits<DWORD>::max())) : 0;
        ::SetServiceStatus(m_handle, &status);
        m_stopped = state == State::Stopped;
    }

private:
    /// Its thread belongs to the manager from here on, until the service has stopped.
    void dispatch()
    {
        wchar_t noName[] = L""; // which it has is not looked at where the process has one service
        const SERVICE_TABLE_ENTRYW services[] = {{noName, &WindowsServiceControl::serviceMain}, {nullptr, nullptr}};
        if (!::StartServiceCtrlDispatcherW(services))
            failed(::GetLastError());
        else
            failed(ERROR_SERVICE_NEVER_STARTED); // says nothing where it was
    }

    static void WINAPI serviceMain(DWORD count, LPWSTR* arguments)
    {
        WindowsServiceControl& self = *s_instance;
        const SERVICE_STATUS_HANDLE handle = ::RegisterServiceCtrlHandlerExW(count > 0 ? arguments[0] : L"", &WindowsServiceControl::control, &self);
        if (!handle) {
            self.failed(::GetLastError());
            return;
        }
        const std::lock_guard lock(self.m_mutex);
        self.m_handle = handle;
        self.m_changed.notify_all();
    }

    static DWORD WINAPI control(DWORD what, DWORD, LPVOID, LPVOID context)
    {
        switch (what) {
        case SERVICE_CONTROL_STOP:
        case SERVICE_CONTROL_SHUTDOWN:
            static_cast<WindowsServiceControl*>(context)->m_onStop();
            return NO_ERROR;
        case SERVICE_CONTROL_INTERROGATE:
            return NO_ERROR;
        default:
            return ERROR_CALL_NOT_IMPLEMENTED;
        }
    }

    void failed(DWORD error)
    {
        const std::lock_guard lock(m_mutex);
        m_error = error;
        m_changed.notify_all();
    }

    static inline std::atomic<WindowsServiceControl*> s_instance = nullptr; ///< serviceMain is called without anything of ours

    std::function<void()> m_onStop;
    std::thread m_dispatcher;
    std::mutex m_mutex; // guards all below
    std::condition_variable m_changed;
    SERVICE_STATUS_HANDLE m_handle = nullptr;
    DWORD m_error = 0;
    DWORD m_checkPoint = 0;
    bool m_stopped = false;
};

} // namespace

std::unique_ptr<ServiceControl> ServiceControl::ofThisProcess()
{
    return isService() ? std::make_unique<WindowsServiceControl>() : nullptr;
}

} // namespace turnspit
