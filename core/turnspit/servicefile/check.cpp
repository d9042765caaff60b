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

bool isInPath(const std::string& program, const std::string& path, const std::string& workingDirectory)
{
    for (std::size_t begin = 0; begin <= path.size();) {
        const std::size_t end = std::min(path.find(':', begin), path.size());
        std::string folder = path.substr(begin, end - begin);
        if (!folder.starts_with('/'))
            folder = workingDirectory + "/" + folder;
        if (isProgram(folder + "/" + program))
            return true;
        begin = end + 1;
    }
    return false;
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

    std::vector<Finding> check()
    {
        checkFolders();
        checkProgram();
        checkShellSyntax();
        checkBackground();
        checkSchedule();
        const TomlValue* autostart = m_tree.value("autostart");
        if (m_definition.manual && autostart && autostart->boolean() && *autostart->boolean())
            warn("autostart", "`autostart` is ignored: a manual service runs only when asked");
        return std::move(m_found);
    }

private:
    void warn(std::string_view key, std::string message)
    {
        const TomlValue* value = m_tree.valueAt(key);
        m_found.push_back({Severity::Warning, (value ? value->origin : m_nowhere).error(std::move(message))});
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
        if (m_definition.shell)
            return;
        const std::string& program = m_definition.command.front();
        if (program.find('/') == std::string::npos) {
            if (!isInPath(program, searchPath(), m_workingDirectory))
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
            warn("command", "`" + found + "` means nothing without a shell: set shell = true, or leave it out");
        else if (!found.empty() && !m_definition.command.front().starts_with('~'))
            warn("command", "`~` means nothing without a shell: write the whole path, or set shell = true");
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
            warn("command", "`" + first + "` is not needed here and may hide the service from Turnspit: leave it out");
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
        for (const DstNote& note : dstNotes(schedule, *zone, *m_context.now, *m_context.now + std::chrono::days(366))) {
            const std::string wanted = formatLocal(note.wanted);
            warn(key, note.kind == DstNote::Skipped
                          ? "daylight saving skips " + wanted + ": it runs at " + zone->format(note.run) + " instead"
                          : "daylight saving repeats " + wanted + ": it runs once, at " + zone->format(note.run));
        }
    }

    const Definition& m_definition;
    const TomlTable& m_tree;
    const CheckContext& m_context;
    TextOrigin m_nowhere;
    std::string m_home;
    std::string m_workingDirectory;
    std::optional<std::string> m_filePath;
    std::vector<Finding> m_found;
};

} // namespace

std::vector<Finding> checkServiceFile(std::string_view text, const std::string& fileName, const std::string& name,
                                      const CheckContext& context)
{
    std::vector<Finding> found;
    if (!isServiceName(name))
        found.push_back(
            {Severity::Error,
             TextOrigin{std::make_shared<const std::string>(fileName), 1, 1}.error(
                 "\"" + name +
                 "\" is not a service name: 1 to 64 of A-Z a-z 0-9 . _ -, beginning with a letter or digit")});
    const ParsedDefinition definition = parseDefinition(text, fileName, name, context.defaults);
    if (!definition) {
        for (const Error& error : definition.error())
            found.push_back({Severity::Error, error});
        return found;
    }
    const TomlTable tree = mergeToml(context.defaults, *parseToml(text, fileName));
    std::vector<Finding> warnings = Checker(*definition, tree, fileName, context).check();
    std::ranges::sort(warnings, {}, [&](const Finding& warning) {
        return std::tuple(warning.error.file != fileName, warning.error.line, warning.error.column,
                          std::string_view(warning.error.message));
    });
    found.insert(found.end(), warnings.begin(), warnings.end());
    return found;
}

} // namespace turnspit
