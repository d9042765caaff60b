#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace turnspit::ctl {

/// Bytes on their way to standard output or standard error, gathered into large writes. After a failed write everything
/// more is swallowed: who writes asks `isOpen` where going on would be a waste. Not for several threads.
class OutputStream
{
public:
    /// Takes all of the bytes; answers 0 or an errno.
    using Writer = std::function<int(std::string_view)>;

    explicit OutputStream(Writer writer) : m_writer(std::move(writer)) {}
    ~OutputStream() { flush(); }
    OutputStream(const OutputStream&) = delete;
    OutputStream& operator=(const OutputStream&) = delete;

    /// Blocks until the descriptor has taken all. A signal does not interrupt it, unless `giveUp` says so: then
    /// ECANCELED.
    [[nodiscard]] static Writer toDescriptor(int descriptor, std::function<bool()> giveUp = {});
    /// Appends; `into` must outlive the stream.
    [[nodiscard]] static Writer toString(std::string& into);

    void write(std::string_view bytes)
    {
        m_buffer.append(bytes);
        if (m_buffer.size() >= blockSize)
            flush();
    }

    /// For who formats in place: append here, then `commit`.
    [[nodiscard]] std::string& buffer() { return m_buffer; }
    void commit()
    {
        if (m_buffer.size() >= blockSize)
            flush();
    }

    void flush();

    [[nodiscard]] bool isOpen() const { return m_error == 0; }
    /// 0, or what the first failed write said; EPIPE: the reader has gone.
    [[nodiscard]] int error() const { return m_error; }

private:
    static constexpr std::size_t blockSize = 256 << 10;

    Writer m_writer;
    std::string m_buffer;
    int m_error = 0;
};

} // namespace turnspit::ctl
