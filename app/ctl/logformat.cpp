#include "logformat.h"

#include <turnspit/base/time.h>

namespace turnspit::ctl {

namespace {

constexpr std::size_t timeLength = 27;

std::string_view textOf(const LogEntryInfo& entry)
{
    return {entry.text.constData(), static_cast<std::size_t>(entry.text.size())};
}

void appendTime(std::string& out, WallTime time)
{
    const std::size_t begin = out.size();
    out.resize(begin + timeLength);
    formatRfc3339(time, out.data() + begin);
}

std::size_t indexOf(char stream)
{
    return stream == 'e' ? 1 : 0;
}

} // namespace

void appendEntryLine(std::string& out, const LogEntryInfo& entry)
{
    appendTime(out, entry.time);
    out += ' ';
    out += entry.stream;
    out += entry.more ? "+| " : " | ";
    out += textOf(entry);
    out += '\n';
}

void appendJsonString(std::string& out, std::string_view utf8)
{
    constexpr std::string_view hex = "0123456789abcdef";
    out += '"';
    std::size_t plain = 0; // what needs no escape is copied in one go
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        const auto byte = static_cast<unsigned char>(utf8[i]);
        if (byte >= 0x20 && byte != '"' && byte != '\\') [[likely]]
            continue;
        out.append(utf8, plain, i - plain);
        plain = i + 1;
        switch (byte) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\t':
            out += "\\t";
            break;
        case '\r':
            out += "\\r";
            break;
        case '\n':
            out += "\\n";
            break;
        default:
            out += "\\u00";
            out += hex[byte >> 4];
            out += hex[byte & 15];
        }
    }
    out.append(utf8, plain);
    out += '"';
}

void appendEntryJson(std::string& out, std::string_view serviceAsJson, const LogEntryInfo& entry)
{
    out += R"({"time":")";
    appendTime(out, entry.time);
    out += R"(","service":)";
    out += serviceAsJson;
    out += R"(,"stream":")";
    out += entry.stream;
    if (entry.text.isValidUtf8()) {
        out += R"(","text":)";
        appendJsonString(out, textOf(entry));
    } else {
        out += R"(","b64":")";
        out += entry.text.toBase64().toStdString();
        out += '"';
    }
    out += entry.more ? ",\"more\":true}\n" : "}\n";
}

LogPrinter::LogPrinter(OutputStream& out, LogFormat format, const QString& service, bool labelled)
    : m_out(out), m_format(format)
{
    if (labelled)
        m_label = service.toStdString() + " | ";
    appendJsonString(m_serviceAsJson, service.toStdString());
}

void LogPrinter::print(const LogEntryInfo& entry)
{
    switch (m_format) {
    case LogFormat::Lines:
        m_out.buffer() += m_label;
        appendEntryLine(m_out.buffer(), entry);
        break;
    case LogFormat::Json:
        appendEntryJson(m_out.buffer(), m_serviceAsJson, entry);
        break;
    case LogFormat::Raw:
        printRaw(entry);
        break;
    }
    m_out.commit();
}

void LogPrinter::printRaw(const LogEntryInfo& entry)
{
    if (entry.stream == 'h') {
        // A line that a run left open is never continued by the next run.
        if (entry.text.startsWith("run "))
            finish();
        return;
    }
    if (m_label.empty()) {
        addRaw(entry.stream, textOf(entry), entry.more);
        return;
    }
    std::string& held = m_held[indexOf(entry.stream)];
    held += textOf(entry);
    if (!entry.more || held.size() > maxHeld)
        flushHeld(held);
}

void LogPrinter::addRaw(char stream, std::string_view text, bool more)
{
    if (m_open && m_open != stream) {
        std::string& held = m_held[indexOf(stream)];
        held += text;
        if (!more)
            held += '\n';
        if (held.size() > maxHeld) {
            m_out.buffer() += '\n';
            endOpenLine();
        }
        return;
    }
    m_out.buffer() += text;
    if (more) {
        m_open = stream;
    } else {
        m_out.buffer() += '\n';
        endOpenLine();
    }
}

/// What was held back for the line that has ended now; it may leave a line open itself.
void LogPrinter::endOpenLine()
{
    m_open = 0;
    for (const char stream : {'o', 'e'}) {
        std::string& held = m_held[indexOf(stream)];
        if (held.empty())
            continue;
        m_out.buffer() += held;
        if (!held.ends_with('\n'))
            m_open = stream;
        held.clear();
    }
}

void LogPrinter::flushHeld(std::string& held)
{
    m_out.buffer() += m_label;
    m_out.buffer() += held;
    m_out.buffer() += '\n';
    held.clear();
}

void LogPrinter::finish()
{
    if (m_format != LogFormat::Raw)
        return;
    if (m_label.empty()) {
        if (m_open && !(m_held[0].empty() && m_held[1].empty()))
            m_out.buffer() += '\n';
        endOpenLine();
        m_open = 0;
    } else {
        for (std::string& held : m_held) {
            if (!held.empty())
                flushHeld(held);
        }
    }
    m_out.commit();
}

} // namespace turnspit::ctl
