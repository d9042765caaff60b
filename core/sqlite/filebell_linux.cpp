// The ring is a new time of the file, which no one else sets: inotify's IN_ATTRIB. No descriptor of the file is opened for it, since closing
// that would end SQLite's locks.
#include <sqlite/filebell.h>

#include <QSocketNotifier>

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

namespace turnspit {

FileBell::FileBell(std::string file, std::function<void()> heard) : m_file(std::move(file)), m_heard(std::move(heard))
{
    m_descriptor = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (m_descriptor < 0)
        return;
    if (::inotify_add_watch(m_descriptor, m_file.c_str(), IN_ATTRIB) < 0) {
        ::close(std::exchange(m_descriptor, -1));
        return;
    }
    m_notifier = std::make_unique<QSocketNotifier>(m_descriptor, QSocketNotifier::Read);
    QObject::connect(m_notifier.get(), &QSocketNotifier::activated, m_notifier.get(), [this] { read(); });
}

FileBell::~FileBell()
{
    m_notifier.reset();
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

void FileBell::ring() noexcept
{
    (void)::utimensat(AT_FDCWD, m_file.c_str(), nullptr, 0);
}

void FileBell::read()
{
    alignas(inotify_event) char events[4096];
    while (::read(m_descriptor, events, sizeof events) > 0) {
    }
    m_heard();
}

} // namespace turnspit
