#pragma once

#include "addtext.h"
#include "commandline.h"

#include <CLI/CLI.hpp>

namespace turnspit::ctl {

/// What was typed, options of all commands together, before anything is made of it.
struct Typed
{
    Places::Overrides places;
    bool json = false;
    std::string host;

    std::string name;
    std::vector<std::string> names;
    bool all = false;
    std::string group;
    bool noWait = false;
    std::string timeout;
    std::string state;

    bool follow = false;
    int last = 0;
    bool hasLast = false;
    std::uint64_t run = 0;
    std::string since;
    std::string until;
    std::string grep;
    std::string streams;
    bool raw = false;

    int limit = 0;
    int count = 20;
    std::vector<std::string> edits;
    std::vector<std::string> files;
    AddOptions add;
    bool noAutostart = false;
    bool noStart = false;
};

/// The grammar of turnspitctl with its help texts.
class Parser
{
public:
    Parser();

    [[nodiscard]] bool hasCommand(const std::string& name) const
    {
        const auto names = commandNames();
        return std::ranges::find(names, name) != names.end();
    }
    [[nodiscard]] std::vector<std::string> commandNames() const;

    CLI::App app;
    Typed typed;

private:
    CLI::App& command(const std::string& name, const std::string& group, const std::string& description);
    void addViews();
    void addLogs();
    void addActions();
    void addChanges();
};

/// What is meant by what was typed after `command`; an error is one of usage.
[[nodiscard]] Result<Command> commandOf(const std::string& command, const Typed& typed, WallTime now,
                                        const QTimeZone& zone, const std::string& currentFolder);

} // namespace turnspit::ctl
