// `woolly completion`: a shell script that completes commands and options, made from the parser
// itself.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <string>
#include <vector>

#include <woolly/error.h>

#include "engine/cli/commands.h"

namespace woolly::cli {
namespace {

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

std::string bash_script(const CLI::App& app) {
  std::vector<std::string> commands;
  std::string cases;
  for (const CLI::App* command : app.get_subcommands({})) {
    commands.push_back(command->get_name());
    cases += fmt::format("    {}) words='{}' ;;\n", command->get_name(),
                         fmt::join(option_names(*command), " "));
  }
  return fmt::format(
      "_woolly() {{\n"
      "  local current=\"${{COMP_WORDS[COMP_CWORD]}}\" words\n"
      "  COMPREPLY=()\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    mapfile -t COMPREPLY < <(compgen -W '{} {}' -- \"$current\")\n"
      "    return\n"
      "  fi\n"
      "  case \"${{COMP_WORDS[1]}}\" in\n{}"
      "  esac\n"
      "  case \"$current\" in\n"
      "    -*) mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\") ;;\n"
      "  esac\n"
      "}}\n"
      "complete -o default -F _woolly woolly\n",
      fmt::join(commands, " "), fmt::join(option_names(app), " "), cases);
}

std::string zsh_script(const CLI::App& app) {
  return "autoload -Uz bashcompinit && bashcompinit\n" + bash_script(app);
}

std::string fish_script(const CLI::App& app) {
  std::string script;
  for (const CLI::App* command : app.get_subcommands({})) {
    std::string description = command->get_description();
    for (std::size_t at = 0; (at = description.find('\'', at)) != std::string::npos; at += 2) {
      description.insert(at, "\\");
    }
    script += fmt::format("complete -c woolly -n __fish_use_subcommand -a {} -d '{}'\n",
                          command->get_name(), description);
    for (const CLI::Option* option : command->get_options()) {
      for (const std::string& name : option->get_lnames()) {
        script += fmt::format("complete -c woolly -n '__fish_seen_subcommand_from {}' -l {}\n",
                              command->get_name(), name);
      }
    }
  }
  return script;
}

}  // namespace

void add_completion_command(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("completion", "Print a shell's completion script");
  const auto shell = std::make_shared<std::string>();
  command->add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->footer("Example:\n  source <(woolly completion bash)");
  command->callback([shell, &app, &action] {
    action = [shell, &app] {
      fmt::print("{}", *shell == "bash"  ? bash_script(app)
                       : *shell == "zsh" ? zsh_script(app)
                                         : fish_script(app));
      return static_cast<int>(ExitCode::kOk);
    };
  });
}

}  // namespace woolly::cli
