#include "commands.h"

#include <turnspit/config/textfile.h>

#include <QDirIterator>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <set>

#include <stdlib.h>
#include <sys/stat.h>

namespace turnspit::ctl {

namespace {

namespace fs = std::filesystem;

const QString templates = QStringLiteral(":/turnspit/worker");
constexpr std::string_view suffix = ".in";

/// `photo-sync` makes a file photosync.h, a class PhotoSync and targets photo_sync.
struct Names
{
    std::string name;
    std::string file;
    std::string type;
    std::string target;
};

bool isLetterOrDigit(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

Names namesOf(const std::string& name)
{
    Names names{name, {}, {}, {}};
    bool wordBegins = true;
    for (const char c : name) {
        names.target += isLetterOrDigit(c) ? c : '_';
        if (!isLetterOrDigit(c)) {
            wordBegins = true;
            continue;
        }
        const auto letter = static_cast<unsigned char>(c);
        names.file += static_cast<char>(std::tolower(letter));
        names.type += std::exchange(wordBegins, false) ? static_cast<char>(std::toupper(letter)) : c;
    }
    return names;
}

/// `@NAME@` and its like; `@@` is one `@`. What else stands between them stays.
std::string filledIn(std::string_view text, const Names& names)
{
    const std::map<std::string_view, std::string_view> values{
        {"@NAME@", names.name}, {"@FILE@", names.file}, {"@CLASS@", names.type}, {"@TARGET@", names.target}, {"@@", "@"}};
    std::string out;
    while (!text.empty()) {
        const auto value = std::ranges::find_if(values, [&](const auto& entry) { return text.starts_with(entry.first); });
        if (value == values.end()) {
            out += text.front();
            text.remove_prefix(1);
        } else {
            out += value->second;
            text.remove_prefix(value->first.size());
        }
    }
    return out;
}

/// Where a template goes: `src/service.h.in` to `src/photosync.h`.
std::string placeOf(std::string path, const Names& names)
{
    path.resize(path.size() - suffix.size());
    const auto replace = [&path](std::string_view what, const std::string& by) {
        if (const auto at = path.find(what); at != std::string::npos)
            path.replace(at, what.size(), by);
    };
    if (path == "gitignore")
        return ".gitignore";
    replace("name.service", names.name + ".service");
    replace("src/service.", "src/" + names.file + ".");
    replace("tst_service.", "tst_" + names.file + ".");
    return path;
}

/// Removes what was made, unless it was kept.
class Draft
{
public:
    explicit Draft(const std::string& folder) : m_path(folder + "/.turnspit-XXXXXX")
    {
        if (::mkdtemp(m_path.data()) == nullptr)
            m_error = errno;
    }
    ~Draft()
    {
        std::error_code ignored;
        if (m_error == 0 && !m_kept)
            fs::remove_all(m_path, ignored);
    }
    Draft(const Draft&) = delete;
    Draft& operator=(const Draft&) = delete;

    [[nodiscard]] int error() const { return m_error; }
    [[nodiscard]] const std::string& path() const { return m_path; }
    void keep() { m_kept = true; }

private:
    std::string m_path;
    int m_error = 0;
    bool m_kept = false;
};

Result<QJsonArray> writeProject(const std::string& folder, const Names& names)
{
    std::map<std::string, std::string> files;
    for (QDirIterator it(templates, QDir::Files, QDirIterator::Subdirectories); it.hasNext();) {
        QFile file(it.next());
        if (!file.open(QIODevice::ReadOnly))
            return fail("cannot read the template " + file.fileName().toStdString());
        files[placeOf(file.fileName().mid(templates.size() + 1).toStdString(), names)] = filledIn(file.readAll().toStdString(), names);
    }
    const mode_t mask = ::umask(0);
    ::umask(mask);
    QJsonArray written;
    for (const auto& [place, text] : files) {
        const fs::path path = fs::path(folder) / place;
        std::error_code error;
        fs::create_directories(path.parent_path(), error);
        if (error)
            return fail(systemError("cannot make the folder", path.parent_path().string(), error.value()));
        if (auto done = writeTextFile(path.string(), text); !done)
            return fail(done.error());
        ::chmod(path.c_str(), 0666 & ~mask); // a project is for others, too
        written.append(QString::fromStdString(place));
    }
    ::chmod(folder.c_str(), 0777 & ~mask);
    return written;
}

} // namespace

std::optional<std::string> wrongWithWorkerName(const std::string& name)
{
    const bool shape = !name.empty() && name.size() <= 64 && std::isalpha(static_cast<unsigned char>(name.front())) != 0 &&
                       std::ranges::all_of(name, [](char c) { return isLetterOrDigit(c) || c == '-' || c == '_'; });
    if (!shape)
        return "\"" + name + "\" is no name for a project: letters, digits, - and _, at most 64, beginning with a letter";
    // What CMake makes itself, the names that exposeControl leaves to others, and the types and macros that are there already.
    static const std::set<std::string> taken{"all",          "clean",         "help",                    "install",    "test",
                                             "package",      "package_source", "preinstall",             "edit_cache", "rebuild_cache",
                                             "CMakeFiles",   "Testing",       "list_install_components", "turnspit",   "turnspitd",
                                             "control"};
    static const std::set<std::string> types{"PeriodicService", "BackgroundService", "HostedService", "Destination", "LogDestination",
                                             "Remembers",       "FILE",              "DIR",           "EOF",         "NULL"};
    const Names names = namesOf(name);
    const bool likeQt = names.type.size() > 1 && names.type[0] == 'Q' && std::isupper(static_cast<unsigned char>(names.type[1])) != 0;
    if (taken.contains(name) || types.contains(names.type) || likeQt || names.file == "main")
        return "\"" + name + "\" has a meaning of its own in such a project; choose another name";
    return std::nullopt;
}

Result<> runNewWorker(const NewWorkerCommand& command, bool json, OutputStream& out)
{
    const Names names = namesOf(command.name);
    const std::string folder = command.folder + "/" + command.name;
    struct stat status = {};
    if (::lstat(folder.c_str(), &status) == 0)
        return fail(ErrorKind::Refused, folder + " is there already; choose another name, or move it away");
    Draft draft(command.folder);
    if (draft.error() != 0)
        return fail(systemError("cannot make a folder in", command.folder, draft.error()));
    const auto files = writeProject(draft.path(), names);
    if (!files)
        return fail(files.error());
    // Never over something that came meanwhile: a folder that is not empty refuses, and so does a file.
    if (::rename(draft.path().c_str(), folder.c_str()) != 0)
        return fail(systemError("cannot make", folder, errno));
    draft.keep();
    if (json) {
        const QJsonObject told{{QStringLiteral("name"), QString::fromStdString(command.name)},
                               {QStringLiteral("folder"), QString::fromStdString(folder)},
                               {QStringLiteral("files"), *files}};
        out.write(QJsonDocument(told).toJson(QJsonDocument::Compact).toStdString() + "\n");
    } else {
        out.write("Made " + folder + ". Next:\n"
                  "  cd " + command.name + "\n"
                  "  cmake --preset dev && cmake --build --preset dev && ctest --preset dev\n"
                  "  build/dev/" + command.name + "\n");
    }
    return {};
}

} // namespace turnspit::ctl
