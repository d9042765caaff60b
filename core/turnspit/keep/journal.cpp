#include <turnspit/keep/journal.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <unordered_map>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace turnspit::keep {

namespace {

constexpr std::uint64_t largeJournal = 1U << 20U;

std::string escaped(std::string_view text)
{
    static constexpr char hex[] = "0123456789abcdef";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= ' ' || byte == '%' || byte == 0x7f) {
            out += '%';
            out += hex[byte >> 4U];
            out += hex[byte & 15U];
        } else {
            out += c;
        }
    }
    return out;
}

std::string unescaped(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned byte = 0;
        if (text[i] == '%' && i + 2 < text.size() &&
            std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ec == std::errc{}) {
            out += static_cast<char>(byte);
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

/// `begin run=41 service=mailer ...`: the word, and the values by name.
class Line
{
public:
    explicit Line(std::string_view text)
    {
        while (!text.empty()) {
            const std::size_t end = std::min(text.find(' '), text.size());
            const std::string_view token = text.substr(0, end);
            text.remove_prefix(std::min(end + 1, text.size()));
            if (const std::size_t equals = token.find('='); equals != std::string_view::npos)
                m_values[std::string(token.substr(0, equals))] = unescaped(token.substr(equals + 1));
            else if (m_word.empty())
                m_word = token;
        }
    }

    [[nodiscard]] const std::string& word() const { return m_word; }
    [[nodiscard]] bool has(const std::string& name) const { return m_values.contains(name); }

    [[nodiscard]] std::string text(const std::string& name) const
    {
        const auto found = m_values.find(name);
        return found == m_values.end() ? std::string() : found->second;
    }

    template <class T = std::int64_t>
    [[nodiscard]] T number(const std::string& name) const
    {
        const std::string value = text(name);
        T out{};
        std::from_chars(value.data(), value.data() + value.size(), out);
        return out;
    }

    [[nodiscard]] WallTime time(const std::string& name) const
    {
        return WallTime(std::chrono::microseconds(number(name)));
    }

    [[nodiscard]] LogPosition position(const std::string& name) const
    {
        return {number<std::uint32_t>(name + ".segment"), number<std::uint64_t>(name + ".offset")};
    }

private:
    std::string m_word;
    std::unordered_map<std::string, std::string> m_values;
};

class LineText
{
public:
    explicit LineText(std::string_view word) : m_text(word) {}

    LineText& operator()(std::string_view name, std::string_view value)
    {
        m_text += ' ';
        m_text += name;
        m_text += '=';
        m_text += escaped(value);
        return *this;
    }

    template <std::integral T>
    LineText& operator()(std::string_view name, T value)
    {
        return (*this)(name, std::string_view(std::to_string(value)));
    }

    LineText& operator()(std::string_view name, WallTime value)
    {
        return (*this)(name, value.time_since_epoch().count());
    }

    LineText& operator()(const std::string& name, LogPosition value)
    {
        return (*this)(name + ".segment", value.segment)(name + ".offset", value.offset);
    }

    [[nodiscard]] std::string text() const { return m_text; }
    [[nodiscard]] std::string line() const { return m_text + '\n'; }

private:
    std::string m_text;
};

BeginRecord beginFrom(const Line& line)
{
    BeginRecord out;
    out.run = RunId{line.number<std::uint64_t>("run")};
    out.service = line.text("service");
    out.boot = line.text("boot");
    out.key = line.text("key");
    out.trigger = triggerFromString(line.text("trigger")).value_or(Trigger::Start);
    out.attempt = line.number<std::uint32_t>("attempt");
    out.began = line.time("began");
    out.logBegin = line.position("log");
    out.log.capture = line.number("capture") != 0;
    out.log.folder = line.text("folder");
    out.log.maxSize = line.number<std::uint64_t>("max");
    out.log.segmentSize = line.number<std::uint64_t>("segment");
    out.log.maxAge = Milliseconds(line.number("age"));
    out.pid = line.number<std::int32_t>("pid");
    out.start = line.number<std::uint64_t>("start");
    return out;
}

Ended endFrom(const Line& line)
{
    Ended out;
    out.run = RunId{line.number<std::uint64_t>("run")};
    out.service = line.text("service");
    out.pid = line.number<std::int32_t>("pid");
    out.trigger = triggerFromString(line.text("trigger")).value_or(Trigger::Start);
    out.attempt = line.number<std::uint32_t>("attempt");
    out.began = line.time("began");
    out.ended = line.time("ended");
    out.outcome = outcomeFromString(line.text("outcome")).value_or(Outcome::Unknown);
    out.exitCode = line.number<std::int32_t>("exit");
    out.signal = line.number<std::int32_t>("signal");
    out.reason = line.text("reason");
    out.cpuMicroseconds = line.number("cpu");
    out.peakMemory = line.number<std::uint64_t>("peak");
    out.logLines = line.number<std::uint64_t>("lines");
    out.logBegin = line.position("log");
    out.logEnd = line.position("end");
    const std::string list = line.text("alive");
    for (std::string_view alive = list; !alive.empty();) {
        std::int32_t pid = 0;
        const auto [end, error] = std::from_chars(alive.data(), alive.data() + alive.size(), pid);
        if (error != std::errc{})
            break;
        out.alive.push_back(pid);
        alive.remove_prefix(std::min<std::size_t>(static_cast<std::size_t>(end - alive.data()) + 1, alive.size()));
    }
    return out;
}

std::string endLine(const Ended& end)
{
    std::string alive;
    for (const std::int32_t pid : end.alive)
        alive += (alive.empty() ? "" : ",") + std::to_string(pid);
    return LineText("end")("run", end.run.value)("service", end.service)("pid", end.pid)("trigger",
                                                                                         toString(end.trigger))(
               "attempt", end.attempt)("began", end.began)("ended", end.ended)("outcome", toString(end.outcome))(
               "exit", end.exitCode)("signal", end.signal)("reason", end.reason)("cpu", end.cpuMicroseconds)(
               "peak", end.peakMemory)("lines", end.logLines)("log", end.logBegin)("end", end.logEnd)("alive", alive)
        .line();
}

/// All or nothing, as far as this can be had: what is half written is cut off again.
bool writeLine(int fd, const std::string& line)
{
    while (true) {
        const ssize_t n = ::write(fd, line.data(), line.size());
        if (n == static_cast<ssize_t>(line.size()))
            return true;
        if (n < 0 && errno == EINTR)
            continue;
        struct stat st{};
        if (n > 0 && ::fstat(fd, &st) == 0 && ::ftruncate(fd, st.st_size - n) != 0)
            return false;
        return false;
    }
}

} // namespace

Journal::~Journal()
{
    if (m_fd >= 0)
        ::close(m_fd);
}

Journal::Contents Journal::open()
{
    Contents out;
    m_fd = ::open(m_path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (m_fd < 0) {
        m_failing = true;
        return out;
    }
    std::string text;
    char buffer[16384];
    for (ssize_t n = 0; (n = ::pread(m_fd, buffer, sizeof buffer, static_cast<off_t>(text.size()))) > 0;)
        text.append(buffer, static_cast<std::size_t>(n));

    std::map<RunId, BeginRecord> begins;
    std::map<RunId, Ended> ends;
    std::string_view rest(text);
    for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
        const std::string_view raw = rest.substr(0, end);
        rest.remove_prefix(end + 1);
        const Line line(raw);
        const RunId run{line.number<std::uint64_t>("run")};
        if (!run)
            continue;
        if (line.word() == "begin" && line.has("start")) {
            begins[run] = beginFrom(line);
            m_open[run] = std::string(raw) + '\n';
        } else if (line.word() == "end") {
            begins.erase(run);
            m_open.erase(run);
            ends[run] = endFrom(line);
            m_ends[run] = std::string(raw) + '\n';
        } else if (line.word() == "fail" || line.word() == "ack") {
            begins.erase(run);
            m_open.erase(run);
            ends.erase(run);
            m_ends.erase(run);
        }
    }
    m_size = text.size();
    if (!text.empty() && text.back() != '\n')
        m_failing = !rewrite();
    for (auto& [run, record] : begins)
        out.open.push_back(std::move(record));
    for (auto& [run, end] : ends)
        out.ends.push_back(std::move(end));
    return out;
}

std::string Journal::beginText(const BeginRecord& r)
{
    return LineText("begin")("run", r.run.value)("service", r.service)("boot", r.boot)("key", r.key)(
               "trigger", toString(r.trigger))("attempt", r.attempt)("began", r.began)("log", r.logBegin)(
               "capture", r.log.capture ? 1 : 0)("folder", r.log.folder)("max", r.log.maxSize)(
               "segment", r.log.segmentSize)("age", r.log.maxAge.count())
        .text();
}

void Journal::begun(const BeginRecord& record, bool written)
{
    std::string line =
        beginText(record) + " pid=" + std::to_string(record.pid) + " start=" + std::to_string(record.start) + '\n';
    if (written)
        m_size += line.size();
    else
        m_failing = true; // it may be torn, so nothing is appended behind it: the file is written anew
    m_open[record.run] = std::move(line);
}

void Journal::annul(RunId run, bool written)
{
    m_open.erase(run);
    if (written) {
        append("fail run=" + std::to_string(run.value) + '\n');
        shrink();
    }
}

void Journal::ended(const Ended& end)
{
    m_open.erase(end.run);
    const std::string& line = m_ends[end.run] = endLine(end);
    append(line);
}

void Journal::acknowledged(RunId run)
{
    if (m_ends.erase(run) == 0)
        return;
    append("ack run=" + std::to_string(run.value) + '\n');
    shrink();
}

void Journal::retry()
{
    if (m_failing)
        m_failing = !rewrite();
}

void Journal::append(const std::string& line)
{
    if (m_failing) {
        retry(); // the lines of what counts are in memory already
        return;
    }
    if (m_fd >= 0 && writeLine(m_fd, line))
        m_size += line.size();
    else
        m_failing = true;
}

void Journal::shrink()
{
    if (m_failing || m_fd < 0)
        return;
    if (m_open.empty() && m_ends.empty()) {
        if (::ftruncate(m_fd, 0) == 0)
            m_size = 0;
        return;
    }
    if (m_size < largeJournal)
        return;
    std::uint64_t counts = 0;
    for (const auto* lines : {&m_open, &m_ends})
        for (const auto& [run, line] : *lines)
            counts += line.size();
    if (m_size > 4 * counts)
        m_failing = !rewrite();
}

bool Journal::rewrite()
{
    const std::string fresh = m_path + ".new";
    const int fd = ::open(fresh.c_str(), O_RDWR | O_APPEND | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return false;
    std::string text;
    for (const auto* lines : {&m_open, &m_ends})
        for (const auto& [run, line] : *lines)
            text += line;
    if ((!text.empty() && !writeLine(fd, text)) || ::rename(fresh.c_str(), m_path.c_str()) != 0) {
        ::close(fd);
        ::unlink(fresh.c_str());
        return false;
    }
    if (m_fd >= 0)
        ::close(m_fd);
    m_fd = fd;
    m_size = text.size();
    return true;
}

} // namespace turnspit::keep
