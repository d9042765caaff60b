#pragma once

#include <turnspit/base/time.h>

#include <QByteArray>
#include <QDir>
#include <QFile>
#include <QString>

#include <cstdint>
#include <string>
#include <string_view>

namespace turnspit::test {

/// Writes a service's log as the contract says it, by hand: no code is shared with what writes or reads logs in the product.
class SegmentFixture
{
public:
    explicit SegmentFixture(const QString& folder) : m_folder(folder) { QDir().mkpath(folder); }

    [[nodiscard]] std::string folder() const { return m_folder.toStdString(); }
    [[nodiscard]] QString path(std::uint32_t segment) const
    {
        return m_folder + QStringLiteral("/%1.log").arg(segment, 8, 10, QLatin1Char('0'));
    }
    [[nodiscard]] QString indexPath(std::uint32_t segment) const
    {
        return m_folder + QStringLiteral("/%1.idx").arg(segment, 8, 10, QLatin1Char('0'));
    }
    [[nodiscard]] std::uint32_t segment() const { return m_segment; }

    /// Entry k has the time k milliseconds after this, unless it is given.
    static WallTime timeOf(std::uint64_t k)
    {
        return WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)) + std::chrono::milliseconds(k);
    }

    static QByteArray line(WallTime time, char stream, std::string_view text, bool continues = false)
    {
        QByteArray out = QByteArray::fromStdString(formatRfc3339(time));
        out += ' ';
        out += stream;
        out += continues ? '+' : ' ';
        out += "| ";
        out.append(text.data(), static_cast<qsizetype>(text.size()));
        out += '\n';
        return out;
    }

    void add(char stream, std::string_view text, bool continues = false)
    {
        addBytes(line(timeOf(m_written++), stream, text, continues));
    }

    /// Bytes as they are, in one write.
    void addBytes(const QByteArray& bytes)
    {
        QFile file(path(m_segment));
        if (!file.open(QIODevice::WriteOnly | QIODevice::Append | QIODevice::Unbuffered) || file.write(bytes) != bytes.size())
            qFatal("cannot write %s", qPrintable(file.fileName()));
    }

    /// What comes next goes to the next segment, which exists from now on.
    void rotate()
    {
        ++m_segment;
        addBytes({});
    }

    void write(std::uint32_t segment) { m_segment = segment; }

    void remove(std::uint32_t segment) const
    {
        if (!QFile::remove(path(segment)))
            qFatal("cannot remove a segment");
    }

    void cut(std::uint32_t segment, qint64 size) const
    {
        if (!QFile::resize(path(segment), size))
            qFatal("cannot cut a segment");
    }

private:
    QString m_folder;
    std::uint32_t m_segment = 1;
    std::uint64_t m_written = 0;
};

} // namespace turnspit::test
