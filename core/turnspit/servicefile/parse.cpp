#include <turnspit/servicefile/parse.h>

#include <turnspit/config/tomlreader.h>
#include <turnspit/servicefile/commandline.h>
#include <turnspit/servicefile/environmentfile.h>
#include <turnspit/servicefile/keys.h>

#include <algorithm>
#include <array>
#include <tuple>

namespace turnspit {

namespace {

constexpr std::array<std::string_view, 3> ruleKeys{"every", "cron", "at"};
constexpr int maxRestartLimit = 1'000'000;
constexpr int maxExitCode = 255;

std::unexpected<Error> failDateTime()
{
    return fail(ErrorKind::InvalidDefinition, "is not a date that the calendar has");
}

Result<At> toAt(const TomlDateTime& time)
{
    using namespace std::chrono;
    const year_month_day date{year(time.year), month(static_cast<unsigned>(time.month)),
                              day(static_cast<unsigned>(time.day))};
    if (!date.ok())
        return failDateTime();
    const auto ofDay = hours(time.hour) + minutes(time.minute) + seconds(time.second);
    if (!time.offsetMinutes)
        return At{LocalTime(local_days(date).time_since_epoch() + ofDay)};
    return At{WallTime(sys_days(date) + ofDay + microseconds(time.nanosecond / 1000) - minutes(*time.offsetMinutes))};
}

/// Reads the merged tables of one file into a Definition and gathers what is wrong.
class DefinitionReader
{
public:
    /// `own` is what the file itself says, `root` the same with [defaults] under it. Both must outlive the reader.
    DefinitionReader(const TomlTable& own, const TomlTable& root, std::vector<Error>& errors)
        : m_own(own), m_root(root), m_errors(errors), m_reader(root, "", errors)
    {
    }

    /// `complete`: a command and the rule of a schedule must be there.
    Definition read(bool complete)
    {
        m_complete = complete;
        m_reader.read("description", m_definition.description);
        m_reader.read("group", m_definition.group);
        m_reader.read("shell", m_definition.shell);
        readCommand(m_reader, "command", m_definition.shell, m_definition.command, false);
        m_reader.read("working_directory", m_definition.workingDirectory);
        readEnvironment();
        m_reader.read("environment_file", m_definition.environmentFile);
        m_reader.read("autostart", m_definition.autostart);
        m_reader.read("disabled", m_definition.disabled);
        m_reader.read("manual", m_definition.manual);
        if (const auto word = m_reader.readWord("on_host_crash", {"keep", "end"}))
            m_definition.onHostCrash = *word == 0 ? OnHostCrash::Keep : OnHostCrash::End;
        readUmask();
        readSchedule();
        readRestart();
        readStop();
        readLog();
        for (const std::string_view key : refusedKeys())
            m_reader.refuse(key);
        m_reader.finish(explainMisplacedKey);
        return std::move(m_definition);
    }

private:
    /// `empty`: an array without words is allowed.
    void readCommand(TomlReader& reader, std::string_view key, bool shell, std::vector<std::string>& into, bool empty)
    {
        const TomlValue* value = reader.take(key);
        if (!value)
            return;
        if (!value->string() && !value->array())
            return reader.report(
                *value, key, "must be an array of strings, or one string, not " + std::string(toString(value->type())));
        if (shell && !value->string())
            return reader.report(*value, key, "must be one string where `shell` is true");
        std::vector<std::string> words;
        if (value->array()) {
            const std::size_t before = m_errors.size();
            reader.readStrings(key, words);
            if (m_errors.size() > before)
                return;
        } else {
            std::string line;
            reader.read(key, line);
            if (line.find_first_not_of(" \t\r\n") == std::string::npos)
                return reader.report(*value, key, "must name a program");
            if (shell) {
                words = {line};
            } else if (auto split = splitCommandLine(line); !split) {
                return reader.report(*value, key, "cannot be split into words: " + split.error().message);
            } else {
                words = std::move(*split);
            }
        }
        if (words.empty() ? !empty : words.front().empty())
            return reader.report(*value, key, "must name a program");
        into = std::move(words);
    }

    void readEnvironment()
    {
        const auto reader = m_reader.readTable("environment");
        if (!reader)
            return;
        TomlReader variables = *reader;
        for (const TomlEntry& entry : m_root.value("environment")->table()->entries()) {
            if (!isEnvironmentName(entry.key)) {
                m_errors.push_back(
                    entry.origin.error("`environment`: " + quoteToml(entry.key) + " is no name for a variable"));
                continue;
            }
            std::string value;
            variables.read(entry.key, value);
            m_definition.environment.emplace(entry.key, std::move(value));
        }
    }

    void readUmask()
    {
        const TomlValue* value = m_reader.take("umask");
        if (!value)
            return;
        const std::string* text = value->string();
        const bool isOctal = text && (text->size() == 3 || text->size() == 4) &&
                             text->find_first_not_of("01234567") == std::string::npos;
        const int number = isOctal ? std::stoi(*text, nullptr, 8) : -1;
        if (number < 0 || number > 0777)
            return m_reader.report(*value, "umask", "must be a string of three or four octal digits, such as \"0022\"");
        m_definition.umask = number;
    }

    void readSchedule()
    {
        auto reader = m_reader.readTable("schedule");
        if (!reader)
            return;
        if (const TomlValue* manual = m_root.value("manual"); manual && m_definition.manual)
            m_errors.push_back(manual->origin.error("`manual` excludes [schedule]: remove one of the two"));
        const TomlEntry& entry = *m_root.find("schedule");
        Schedule schedule;
        readRule(*reader, entry, schedule);
        reader->read("timezone", schedule.timezone);
        if (auto zone = TimeZone::find(schedule.timezone); !zone && reader->has("timezone"))
            reader->report(*entry.value.table()->value("timezone"), "timezone", ": " + zone.error().message);
        const TomlValue* overlap = reader->take("overlap");
        if (overlap && overlap->string() && *overlap->string() == "parallel")
            m_errors.push_back(overlap->origin.error("`schedule.overlap = \"parallel\"` is not built yet"));
        else if (const auto word = reader->readWord("overlap", {"skip", "queue", "replace"}))
            schedule.overlap = std::array{OverlapPolicy::Skip, OverlapPolicy::Queue, OverlapPolicy::Replace}[*word];
        if (const auto word = reader->readWord("missed", {"once", "skip", "all"}))
            schedule.missed = std::array{MissedPolicy::Once, MissedPolicy::Skip, MissedPolicy::All}[*word];
        reader->readDuration("missed_limit", schedule.missedLimit, Milliseconds(0));
        reader->readDuration("jitter", schedule.jitter, Milliseconds(0));
        reader->read("run_at_start", schedule.runAtStart);
        reader->finish(explainMisplacedKey);
        m_definition.schedule = std::move(schedule);
    }

    void readRule(TomlReader& reader, const TomlEntry& entry, Schedule& schedule)
    {
        const TomlEntry* rule = nullptr;
        for (const std::string_view key : ruleKeys) {
            const TomlEntry* found = entry.value.table()->find(key);
            if (rule && found) {
                const bool later = std::tie(found->origin.line, found->origin.column) >
                                   std::tie(rule->origin.line, rule->origin.column);
                m_errors.push_back((later ? found : rule)
                                       ->origin.error("`schedule." + rule->key + "` and `schedule." + found->key +
                                                      "` exclude each other: keep one"));
            }
            rule = found ? found : rule;
        }
        if (!rule && m_complete)
            m_errors.push_back(entry.origin.error("[schedule] needs one of `every`, `cron` and `at`"));

        Every every;
        reader.readDuration("every", every.interval, Milliseconds(1));
        if (reader.has("every"))
            schedule.rule = every;
        std::string expression;
        reader.read("cron", expression);
        if (reader.has("cron")) {
            if (auto cron = Cron::parse(expression))
                schedule.rule = std::move(*cron);
            else
                reader.report(*entry.value.table()->value("cron"), "cron",
                              "= " + quoteToml(expression) + ": " + cron.error().message);
        }
        if (const TomlValue* at = reader.take("at")) {
            if (at->type() != TomlType::DateTime)
                return reader.report(*at, "at",
                                     "must be a date and time without quotes, such as 2026-12-24T18:00:00, not " +
                                         std::string(toString(at->type())));
            if (auto when = toAt(*at->dateTime()))
                schedule.rule = *when;
            else
                reader.report(*at, "at", when.error().message);
        }
    }

    void readRestart()
    {
        RestartPolicy& restart = m_definition.restart;
        const bool kept = m_definition.kind() == ServiceKind::Kept;
        if (!kept)
            restart.policy = RestartPolicy::Never;
        auto reader = m_reader.readTable("restart");
        if (!reader)
            return;
        if (const auto word = reader->readWord("policy", {"never", "on-failure", "always"})) {
            const auto policy =
                std::array{RestartPolicy::Never, RestartPolicy::OnFailure, RestartPolicy::Always}[*word];
            const TomlValue* own = m_own.valueAt("restart.policy");
            if (policy != RestartPolicy::Always || kept)
                restart.policy = policy;
            else if (own)
                reader->report(*own, "policy",
                               std::string("must be \"never\" or \"on-failure\" for a ") +
                                   (m_definition.manual ? "manual" : "scheduled") + " service");
        }
        readExitCodes(*reader);
        reader->readDuration("delay", restart.delay, Milliseconds(0));
        reader->readDuration("max_delay", restart.maxDelay, Milliseconds(0));
        reader->readInteger("limit", restart.limit, 0, maxRestartLimit);
        reader->readDuration("window", restart.window, Milliseconds(1));
        reader->readDuration("reset_after", restart.resetAfter, Milliseconds(0));
        reader->finish(explainMisplacedKey);
        if (restart.delay <= restart.maxDelay)
            return;
        // One of the two written by itself moves the other along.
        const TomlValue* ownMost = m_own.valueAt("restart.max_delay");
        if (ownMost && m_own.valueAt("restart.delay"))
            reader->report(*ownMost, "max_delay", "must be at least `restart.delay`, " + formatDuration(restart.delay));
        else if (ownMost)
            restart.delay = restart.maxDelay;
        else
            restart.maxDelay = restart.delay;
    }

    void readExitCodes(TomlReader& reader)
    {
        const TomlValue* value = reader.take("success_exit_codes");
        if (!value)
            return;
        constexpr const char* wanted = "must be an array of integers from 0 to 255";
        if (!value->array())
            return reader.report(*value, "success_exit_codes",
                                 std::string(wanted) + ", not " + std::string(toString(value->type())));
        std::set<int> codes;
        for (const TomlValue& item : *value->array()) {
            if (!item.integer() || *item.integer() < 0 || *item.integer() > maxExitCode)
                return reader.report(item, "success_exit_codes", wanted);
            codes.insert(static_cast<int>(*item.integer()));
        }
        m_definition.restart.successExitCodes = std::move(codes);
    }

    void readStop()
    {
        auto reader = m_reader.readTable("stop");
        if (!reader)
            return;
        std::string name;
        reader->read("signal", name);
        if (const TomlValue* value = reader->take("signal"); value && reader->has("signal")) {
            if (const auto number = signalFromName(name))
                m_definition.stop.signal = *number;
            else
                reader->report(*value, "signal",
                               "must be the name of a signal, such as \"SIGTERM\", not " + quoteToml(name));
        }
        reader->readDuration("timeout", m_definition.stop.timeout, Milliseconds(0));
        readCommand(*reader, "command", false, m_definition.stop.command, true);
        reader->finish(explainMisplacedKey);
    }

    void readLog()
    {
        auto reader = m_reader.readTable("log");
        if (!reader)
            return;
        LogPolicy& log = m_definition.log;
        reader->read("capture", log.capture);
        reader->readSize("max_size", log.maxSize, 1);
        reader->readSize("segment_size", log.segmentSize, 1);
        reader->readDuration("max_age", log.maxAge, Milliseconds(1));
        reader->finish(explainMisplacedKey);
        if (log.segmentSize <= log.maxSize)
            return;
        if (const TomlValue* own = m_own.valueAt("log.segment_size"))
            reader->report(*own, "segment_size", "must be at most `log.max_size`, " + formatSize(log.maxSize));
        else
            log.segmentSize = log.maxSize;
    }

    const TomlTable& m_own;
    const TomlTable& m_root;
    std::vector<Error>& m_errors;
    TomlReader m_reader;
    Definition m_definition;
    bool m_complete = true;
};

/// Those of `file` first, then by place.
void sortByPlace(std::vector<Error>& errors, const std::string& file)
{
    std::ranges::sort(errors, {}, [&](const Error& error) {
        return std::tuple(error.file != file, error.line, error.column, std::string_view(error.message));
    });
}

/// The defaults as they lie under one file: the file alone decides of which kind the service is.
TomlTable fittingDefaults(TomlTable defaults, const TomlTable& own)
{
    const TomlValue* ownSchedule = own.value("schedule");
    if (!ownSchedule) {
        defaults.remove("schedule");
        return defaults;
    }
    defaults.remove("manual");
    const TomlEntry* below = defaults.find("schedule");
    if (!below || !below->value.table() || !ownSchedule->table())
        return defaults;
    const auto isRule = [&](std::string_view key) { return ownSchedule->table()->find(key) != nullptr; };
    if (std::ranges::any_of(ruleKeys, isRule)) {
        TomlEntry changed = *below;
        for (const std::string_view key : ruleKeys)
            changed.value.table()->remove(key);
        defaults.set(std::move(changed));
    }
    return defaults;
}

} // namespace

ParsedDefinition parseDefinition(std::string_view text, const std::string& fileName, const std::string& name,
                                 const TomlTable& defaults)
{
    const Result<TomlTable> own = parseToml(text, fileName);
    if (!own)
        return std::unexpected(std::vector{own.error()});
    const TomlTable root = mergeToml(fittingDefaults(defaults, *own), *own);
    std::vector<Error> errors;
    Definition definition = DefinitionReader(*own, root, errors).read(true);
    definition.name = name;
    definition.file = fileName;
    sortByPlace(errors, fileName);
    // Last, because it is often only the consequence of another one: a key misspelt.
    if (!root.find("command"))
        errors.push_back(Error{ErrorKind::InvalidDefinition,
                               "`command` is missing: write command = [\"program\", \"argument\"]", fileName, 1, 1});
    if (!errors.empty())
        return std::unexpected(std::move(errors));
    return definition;
}

std::vector<Error> checkDefaults(const TomlTable& defaults)
{
    std::vector<Error> errors;
    const TomlTable none;
    // What is read is not looked at, only what is wrong with it.
    static_cast<void>(DefinitionReader(none, defaults, errors).read(false));
    sortByPlace(errors, {});
    return errors;
}

} // namespace turnspit
