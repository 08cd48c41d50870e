#include "engine/cli/command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include <woolly/error.h>
#include <woolly/version.h>

#include "engine/base/main_guard.h"

namespace woolly::cli {
namespace {

std::string version_text() {
  const BuildInfo& b = build_info();
  return fmt::format("woolly {} ({}{}, {}, {})", b.version, b.commit, b.dirty ? "+changes" : "",
                     b.compiler, b.build_type);
}

}  // namespace

std::unique_ptr<CLI::App> make_app(std::string name, std::string description,
                                   std::string examples) {
  auto app = std::make_unique<CLI::App>(std::move(description), std::move(name));
  app->set_version_flag("--version", version_text());
  if (!examples.empty()) app->footer("Examples:\n" + std::move(examples));
  app->get_formatter()->column_width(34);
  return app;
}

int run_app(CLI::App& app, int argc, char** argv, const std::function<int()>& body) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    const auto chosen = app.get_subcommands();
    const std::string command =
        chosen.empty() ? app.get_name() : app.get_name() + " " + chosen.front()->get_name();
    std::fprintf(stderr, "%s: %s (see '%s --help')\n", command.c_str(), error.what(),
                 command.c_str());
    return static_cast<int>(ExitCode::kUsage);
  }
  return guarded_main(app.get_name(), body);
}

bool is_terminal(int file_descriptor) { return ::isatty(file_descriptor) == 1; }

bool use_color(int file_descriptor) {
  const char* no_color = std::getenv("NO_COLOR");
  return (no_color == nullptr || *no_color == '\0') && is_terminal(file_descriptor);
}

}  // namespace woolly::cli
