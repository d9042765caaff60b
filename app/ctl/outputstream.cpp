#include "outputstream.h"

#include <cerrno>
#include <poll.h>
#include <unistd.h>

namespace turnspit::ctl {

OutputStream::Writer OutputStream::toDescriptor(int descriptor, std::function<bool()> giveUp)
{
    return [descriptor, giveUp = std::move(giveUp)](std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
            if (written > 0) {
                bytes.remove_prefix(static_cast<std::size_t>(written));
            } else if (errno == EAGAIN) {
                // Somebody else made the descriptor non-blocking: it is shared with whoever started us.
                pollfd waiting{descriptor, POLLOUT, 0};
                ::poll(&waiting, 1, -1);
            } else if (errno != EINTR) {
                return errno;
            }
            if (giveUp && giveUp())
                return ECANCELED;
        }
        return 0;
    };
}

OutputStream::Writer OutputStream::toString(std::string& into)
{
    return [&into](std::string_view bytes) {
        into.append(bytes);
        return 0;
    };
}

void OutputStream::flush()
{
    if (!m_buffer.empty() && m_error == 0)
        m_error = m_writer(m_buffer);
    m_buffer.clear();
}

} // namespace turnspit::ctl
