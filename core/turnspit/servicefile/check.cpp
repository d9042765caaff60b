#include <turnspit/servicefile/check.h>

#include <turnspit/base/places.h>
#include <turnspit/servicefile/commandline.h>
#include <turnspit/servicefile/environmentfile.h>
#include <turnspit/servicefile/parse.h>

#include <algorithm>
#include <array>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>

namespace turnspit {

std::string Finding::text() const
{
    if (severity == Severity::Error)
        return error.text();
    Error warning = error;
    warning.message = "warning: " + warning.message;
    return warning.text();
}

namespace {

bool isFolder(const std::string& path)
{
    struct stat status = {};
    return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

bool isProgram(const std::string& path)
{
    return !isFolder(path) && ::access(path.c_str(), X_OK) == 0;
}

/// Empty: not found.
std::string findInPath(const std::string& program, const std::string& path, const std::string& workingDirectory)
{
    for (std::size_t begin = 0; begin <= path.size();) {
        const std::size_t end = std::min(path.find(':', begin), path.size());
        std::string folder = path.substr(begin, end - begin);
        if (!folder.starts_with('/'))
            folder = workingDirectory + "/" + folder;
        if (isProgram(folder + "/" + program))
            return folder + "/" + program;
        begin = end + 1;
    }
    return {};
}

/// `-d` and its like where they do not put the program into the background.
bool meansSomethingElse(const std::string& program)
{
    constexpr std::array<std::string_view, 22> others{"base64", "chown", "curl",  "cut",  "date", "du",   "java", "jq",
                                                      "ls",     "mysql", "paste", "php",  "psql", "ruby", "sort", "tac",
                                                      "test",   "tr",    "uniq",  "unzip", "xargs", "rclone"};
    return std::ranges::find(others, program) != others.end();
}

std::string lastPart(const std::string& path)
{
    return path.substr(path.rfind('/') + 1);
}

std::string formatLocal(LocalTime time)
{
    using namespace std::chrono;
    const auto day = floor<days>(time);
    TomlDateTime out;
    const year_month_day date{day};
    const hh_mm_ss ofDay(time - day);
    out.year = static_cast<int>(date.year());
    out.month = static_cast<int>(static_cast<unsigned>(date.month()));
    out.day = static_cast<int>(static_cast<unsigned>(date.day()));
    out.hour = static_cast<int>(ofDay.hours().count());
    out.minute = static_cast<int>(ofDay.minutes().count());
    out.second = static_cast<int>(ofDay.seconds().count());
    return formatToml(TomlValue(TomlType::DateTime, out));
}

/// Looks at a valid definition and gathers warnings. One use.
class Checker
{
public:
    /// `tree` is the file's own with the defaults under it: it knows where each value was written.
    Checker(const Definition& definition, const TomlTable& tree, const std::string& fileName,
            const CheckContext& context)
        : m_definition(definition), m_tree(tree), m_context(context)
    {
        m_nowhere = TextOrigin{std::make_shared<const std::string>(fileName), 1, 1};
        const auto home = context.environment.find("HOME");
        m_home = home != context.environment.end() ? home->second : std::string("/");
        m_workingDirectory = definition.workingDirectoryPath(m_home);
    }

    /// What concerns the command alone, where the rest has errors.
    std::vector<Finding> checkCommand()
    {
        checkFolders();
        checkProgram();
        checkShellSyntax();
        checkBackground();
        return std::move(m_found);
    }

    std::vector<Finding> check()
    {
        checkFolders();
        checkProgram();
        checkShellSyntax();
        checkBackground();
        checkSchedule();
        if (m_definition.stop.timeout <= Milliseconds(0))
            warn("stop.timeout", "0s means: killed at once, without a chance to finish its work");
        const TomlValue* autostart = m_tree.value("autostart");
        if (m_definition.manual && autostart && autostart->boolean() && *autostart->boolean())
            warn("autostart", "`autostart` is ignored: a manual service runs only when asked");
        return std::move(m_found);
    }

    /// Of the program that was found; empty before a check, and where there is none.
    [[nodiscard]] const std::string& executable() const { return m_executable; }

private:
    void warn(std::string_view key, std::string message, std::optional<Change> fix = {})
    {
        const TomlValue* value = m_tree.valueAt(key);
        m_found.push_back(
            {Severity::Warning, (value ? value->origin : m_nowhere).error(std::move(message)), std::string(key), std::move(fix)});
    }

    void checkFolders()
    {
        if (!isFolder(m_workingDirectory))
            warn("working_directory", "the folder " + m_workingDirectory + " is not there");
        const std::string file = m_definition.environmentFilePath(m_home);
        if (file.empty())
            return;
        const auto variables = readEnvironmentFile(file);
        if (!variables)
            return warn("environment_file", variables.error().text());
        const auto path = std::ranges::find(*variables, "PATH", &EnvironmentVariable::name);
        if (path != variables->end())
            m_filePath = path->value;
    }

    /// The PATH that the service will have: its own environment, then its file, then the host's.
    std::string searchPath() const
    {
        if (const auto own = m_definition.environment.find("PATH"); own != m_definition.environment.end())
            return own->second;
        if (m_filePath)
            return *m_filePath;
        const auto host = m_context.environment.find("PATH");
        return host != m_context.environment.end() ? host->second : std::string("/usr/bin:/bin");
    }

    void checkProgram()
    {
        if (m_definition.shell) {
            m_executable = "/bin/sh";
            return;
        }
        const std::string& program = m_definition.command.front();
        if (program.find('/') == std::string::npos) {
            m_executable = findInPath(program, searchPath(), m_workingDirectory);
            if (m_executable.empty())
                warn("command", "`" + program + "` was not found in PATH");
            return;
        }
        const std::string path = program.starts_with('/') ? program : m_workingDirectory + "/" + program;
        if (program.starts_with('~'))
            warn("command", "`~` means nothing without a shell: write the whole path of `" + program + "`");
        else if (::access(path.c_str(), F_OK) != 0)
            warn("command", "`" + path + "` is not there");
        else if (!isProgram(path))
            warn("command", "`" + path + "` is not executable");
        else
            m_executable = path;
    }

    void checkShellSyntax()
    {
        if (m_definition.shell)
            return;
        const TomlValue* value = m_tree.value("command");
        std::string found;
        if (value && value->string()) {
            found = findShellSyntax(*value->string());
        } else {
            constexpr std::array<std::string_view, 11> operators{"|",  "||", "&&", "&",    ";", ">",
                                                                 ">>", "<",  "2>", "2>&1", "&>"};
            for (const std::string& word : m_definition.command) {
                if (found.empty() && std::ranges::find(operators, word) != operators.end())
                    found = word;
            }
        }
        if (!found.empty() && found != "~")
            warn("command", "`" + found + "` means nothing without a shell: set shell = true, or leave it out",
                 Change{"shell", "true"});
        else if (!found.empty() && !m_definition.command.front().starts_with('~'))
            warn("command", "`~` means nothing without a shell: write the whole path, or set shell = true", Change{"shell", "true"});
    }

    void checkBackground()
    {
        const std::string line = m_definition.shell ? m_definition.command.front() : std::string();
        const auto last = line.find_last_not_of(" \t\r\n");
        if (last != std::string::npos && line[last] == '&' && (last == 0 || line[last - 1] != '&'))
            warn("command", "the `&` at the end puts it into the background, where it counts as ended: leave it out");
        const auto words =
            m_definition.shell ? splitCommandLine(line) : Result<std::vector<std::string>>(m_definition.command);
        if (!words || words->empty())
            return;
        const std::string first = lastPart(words->front());
        if (first == "nohup" || first == "setsid" || first == "disown" || first == "daemonize")
            return warn("command", "`" + first + "` is not needed here and may hide the service from Turnspit: leave it out");
        constexpr std::array<std::string_view, 5> switches{"-d", "--daemon", "--daemonize", "--detach", "--background"};
        const auto found = std::ranges::find_first_of(words->begin() + 1, words->end(), switches.begin(), switches.end());
        if (found != words->end() && !meansSomethingElse(first))
            warn("command", "`" + *found + "` may put it into the background, where Turnspit could not follow it");
    }

    void checkSchedule()
    {
        if (!m_definition.schedule)
            return;
        const Schedule& schedule = *m_definition.schedule;
        const auto* cron = std::get_if<Cron>(&schedule.rule);
        if (cron && cron->restrictsDayOfMonthAndWeekday())
            warn("schedule.cron", "day of month and weekday are both set: it runs when either matches");
        const auto zone = TimeZone::find(schedule.timezone);
        if (!m_context.now || !zone)
            return;
        const char* key = cron ? "schedule.cron" : "schedule.at";
        if (!std::holds_alternative<Every>(schedule.rule) && !nextTime(schedule, *zone, *m_context.now, *m_context.now))
            warn(key, cron ? "there is no such time to come" : "this time is past: it will not run");
        if (cron && cron->hasSeconds() && runsTooOften(*cron, *zone))
            warn(key, "it runs more often than each 10 s");
        for (const DstNote& note : dstNotes(schedule, *zone, *m_context.now, *m_context.now + std::chrono::days(366))) {
            const std::string wanted = formatLocal(note.wanted);
            warn(key, note.kind == DstNote::Skipped
                          ? "daylight saving skips " + wanted + ": it runs at " + zone->format(note.run) + " instead"
                          : "daylight saving repeats " + wanted + ": it runs once, at " + zone->format(note.run));
        }
    }

    bool runsTooOften(const Cron& cron, const TimeZone& zone) const
    {
        std::optional<WallTime> before;
        for (const WallTime time : preview(Schedule{.rule = cron}, zone, *m_context.now, 12)) {
            if (before && time - *before < std::chrono::seconds(10))
                return true;
            before = time;
        }
        return false;
    }

    const Definition& m_definition;
    const TomlTable& m_tree;
    const CheckContext& m_context;
    std::string m_executable;
    TextOrigin m_nowhere;
    std::string m_home;
    std::string m_workingDirectory;
    std::optional<std::string> m_filePath;
    std::vector<Finding> m_found;
};

Finding ofName(const std::string& fileName, const std::string& name)
{
    return {Severity::Error,
            TextOrigin{std::make_shared<const std::string>(fileName), 1, 1}.error(
                "\"" + name + "\" is not a service name: 1 to 64 of A-Z a-z 0-9 . _ -, beginning with a letter or digit"),
            "name"};
}

/// Calls `visit(key, entry)` for every key of the table and of those in it, tables included.
void visitKeys(const TomlTable& table, const std::string& path, const auto& visit)
{
    for (const TomlEntry& entry : table.entries()) {
        const std::string key = path + entry.key;
        visit(key, entry);
        if (entry.value.table())
            visitKeys(*entry.value.table(), key + ".", visit);
    }
}

/// The key that an error of the parser is about: the last one that begins at its place or before.
std::string keyAt(const TomlTable& tree, const Error& error)
{
    if (error.message.starts_with("`command` is missing"))
        return "command";
    std::string found;
    std::pair<int, int> nearest;
    visitKeys(tree, {}, [&](const std::string& key, const TomlEntry& entry) {
        for (const TextOrigin* origin : {&entry.origin, &entry.value.origin}) {
            const std::pair place(origin->line, origin->column);
            const bool here = origin->file && *origin->file == error.file && place <= std::pair(error.line, error.column);
            if (here && (found.empty() || place >= nearest)) {
                found = key;
                nearest = place;
            }
        }
    });
    return found;
}

void sortByPlace(std::vector<Finding>& findings, const std::string& fileName)
{
    std::ranges::sort(findings, {}, [&](const Finding& finding) {
        return std::tuple(finding.error.file != fileName, finding.error.line, finding.error.column,
                          std::string_view(finding.error.message));
    });
}

/// What a file says about its command, without the rest, which has errors; null where this part has some too.
std::optional<Definition> commandPart(const TomlTable& tree, const std::string& fileName, const std::string& name)
{
    std::string text;
    for (const char* key : {"command", "shell", "working_directory", "environment", "environment_file"}) {
        if (const TomlValue* value = tree.value(key))
            text += std::string(key) + " = " + formatToml(*value) + "\n";
    }
    auto part = parseDefinition(text, fileName, name);
    return part ? std::optional(*std::move(part)) : std::nullopt;
}

std::string lineOf(const TomlValue* value)
{
    if (!value)
        return {};
    if (const std::string* line = value->string())
        return *line;
    std::vector<std::string> words;
    for (const TomlValue& word : value->array() ? *value->array() : TomlValue::Array()) {
        if (word.string())
            words.push_back(*word.string());
    }
    return joinCommandLine(words);
}

/// What is known of a text that is TOML.
void inspectTree(FileInspection& out, const TomlTable& own, const std::string& fileName, const std::string& name,
                 const CheckContext& context)
{
    visitKeys(own, {}, [&](const std::string& key, const TomlEntry& entry) {
        if (!entry.value.table())
            out.given.push_back(key);
    });
    std::ranges::sort(out.given);
    const TomlTable tree = mergeToml(context.defaults, own);
    out.commandLine = lineOf(tree.value("command"));
    out.stopCommandLine = lineOf(tree.valueAt("stop.command"));

    ParsedDefinition parsed = parseDefinition(out.text, fileName, name, context.defaults);
    std::vector<Finding> warnings;
    if (parsed) {
        Checker checker(*parsed, tree, fileName, context);
        warnings = checker.check();
        out.executable = checker.executable();
        out.argumentCount = parsed->shell ? 0 : static_cast<int>(parsed->command.size()) - 1;
        out.definition = *std::move(parsed);
    } else {
        for (const Error& error : parsed.error())
            out.findings.push_back({Severity::Error, error, keyAt(tree, error)});
        if (!tree.find("command")) {
            // What the other keys mean can be said before there is one.
            auto rest = parseDefinition("command = 'true'\n" + out.text, fileName, name, context.defaults);
            if (rest) {
                rest->command.clear();
                out.definition = *std::move(rest);
            }
        } else if (const auto part = commandPart(tree, fileName, name)) {
            Checker checker(*part, tree, fileName, context);
            warnings = checker.checkCommand();
            out.executable = checker.executable();
            out.argumentCount = part->shell ? 0 : static_cast<int>(part->command.size()) - 1;
        }
    }
    sortByPlace(warnings, fileName);
    out.findings.insert(out.findings.end(), warnings.begin(), warnings.end());
}

} // namespace

std::vector<Finding> checkServiceFile(std::string_view text, const std::string& fileName, const std::string& name,
                                      const CheckContext& context)
{
    std::vector<Finding> found = inspectServiceFile(text, {}, fileName, name, context).findings;
    const bool isBroken = std::ranges::any_of(
        found, [](const Finding& finding) { return finding.severity == Severity::Error && finding.key != "name"; });
    if (isBroken)
        std::erase_if(found, [](const Finding& finding) { return finding.severity == Severity::Warning; });
    return found;
}

FileInspection inspectServiceFile(std::string_view text, const std::vector<Change>& edits, const std::string& fileName,
                                  const std::string& name, const CheckContext& context)
{
    FileInspection out;
    out.text = std::string(text);
    if (!isServiceName(name))
        out.findings.push_back(ofName(fileName, name));
    for (const Change& edit : edits) {
        auto next = makeChange(out.text, fileName, edit);
        if (next)
            out.text = *std::move(next);
        else if (!edit.value.empty() || next.error().kind != ErrorKind::Refused)
            out.findings.push_back({Severity::Error, next.error(), edit.key});
    }
    if (const auto own = parseToml(out.text, fileName))
        inspectTree(out, *own, fileName, name, context);
    else if (std::ranges::none_of(out.findings, [&](const Finding& finding) { return finding.error == own.error(); }))
        out.findings.push_back({Severity::Error, own.error(), {}});
    return out;
}

Result<ScheduleEcho> echoSchedule(std::string_view text, const TomlTable& defaults, WallTime now, int count)
{
    auto parsed = parseDefinition(text, "preview", "preview", defaults);
    if (!parsed) {
        // The [schedule] alone is enough: what is typed in a dialog has no command yet.
        if (auto withCommand = parseDefinition("command = 'true'\n" + std::string(text), "preview", "preview", defaults))
            parsed = std::move(withCommand);
    }
    if (!parsed)
        return fail(parsed.error().front());
    if (!parsed->schedule)
        return fail(ErrorKind::InvalidDefinition, "there is no [schedule]");
    const Schedule& schedule = *parsed->schedule;
    const auto zone = TimeZone::find(schedule.timezone);
    if (!zone)
        return fail(zone.error());
    ScheduleEcho out;
    out.sentence = describe(schedule);
    out.times = preview(schedule, *zone, now, count);
    if (const auto* cron = std::get_if<Cron>(&schedule.rule); cron && cron->restrictsDayOfMonthAndWeekday())
        out.warnings.emplace_back("runs when the day of the month or the weekday matches, not only when both do");
    for (const DstNote& note : dstNotes(schedule, *zone, now, now + std::chrono::days(366))) {
        const std::string at = zone->format(note.run);
        out.warnings.push_back(note.kind == DstNote::Skipped ? "a local time that daylight saving skips: runs at " + at
                                                             : "a local time that comes twice: runs once, at " + at);
    }
    return out;
}

} // namespace turnspit
