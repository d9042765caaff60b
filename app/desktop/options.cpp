#include "options.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>
#include <vector>

namespace turnspit::desktop {

namespace {

/// Without what QApplication takes for itself, in its own way to write options.
std::vector<std::string> withoutQtOptions(int argc, const char* const* argv)
{
    constexpr std::array<std::string_view, 4> withValue{"-style", "-platform", "-platformtheme", "-display"};
    std::vector<std::string> rest;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (std::ranges::find(withValue, argument) != withValue.end())
            ++i;
        else if (argument != "-reverse")
            rest.emplace_back(argument);
    }
    std::ranges::reverse(rest); // as CLI11 takes them
    return rest;
}

} // namespace

CommandLine parseCommandLine(int argc, const char* const* argv)
{
    CommandLine line;
    CLI::App app("Shows the services of Turnspit and controls them.", "turnspit");
    app.get_formatter()->column_width(32);
    app.set_help_flag("-h,--help", "Say how the program is used");
    app.set_version_flag("--version", "turnspit " TURNSPIT_VERSION, "Say which version this is");
    app.add_option("--config-dir", line.places.configDir, "Folder of turnspit.toml and services/ ($TURNSPIT_CONFIG_DIR)")
        ->type_name("DIR");
    app.add_option("--state-dir", line.places.stateDir, "Folder of logs and history ($TURNSPIT_STATE_DIR)")->type_name("DIR");
    app.add_option("--runtime-dir", line.places.runtimeDir, "Folder of the host's socket ($TURNSPIT_RUNTIME_DIR)")->type_name("DIR");
    app.add_flag("--minimized", line.minimized, "Come up in the tray; without a tray, as a minimised window");
    app.add_option("--action", line.action, "Do this in the window that is open, or in a new one: add-service, hold-schedules")
        ->type_name("ACTION")
        ->check(CLI::IsMember({"add-service", "hold-schedules"}));
    app.footer("\nExit codes: 0 done, also where a window that is open already was raised; 1 refused; 2 usage; 6 something still ran."
               "\nQt's options -style, -platform, -platformtheme, -display and -reverse are there as well.");
    try {
        app.parse(withoutQtOptions(argc, argv));
    } catch (const CLI::ParseError& error) {
        std::ostringstream out;
        std::ostringstream err;
        const bool asked = app.exit(error, out, err) == 0;
        line.exitCode = asked ? 0 : 2;
        line.text = asked ? out.str() : "turnspit: " + err.str();
    }
    return line;
}

} // namespace turnspit::desktop
