// woolly-db: the command line of the database of measurements.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "baselines/db/commands.h"
#include "engine/cli/command.h"

namespace {

using namespace woolly;

constexpr const char* kExamples =
    "  woolly db list\n"
    "  woolly db show latest\n"
    "  woolly db baseline set main latest --producer woolly-bench\n"
    "  woolly db import benchmark_out.json hyperfine.json\n"
    "  llama-bench -m model.gguf -o json | woolly db import -\n"
    "  woolly db export --run 3 --format csv -o run3.csv\n";

struct Options {
  std::string database = "woolly.db";
  db::ListRequest list;
  db::ShowRequest show;
  db::SetBaselineRequest set;
  db::BaselinesRequest baselines;
  db::ImportRequest import;
  std::string import_format = "auto";
  db::ExportRequest exported;
  std::string export_format = "json";
};

void add_baseline_commands(CLI::App& app, Options& o, std::function<void()>& chosen) {
  CLI::App* baseline =
      app.add_subcommand("baseline", "Name runs that later ones are compared with");
  baseline->require_subcommand(1)->fallthrough();
  CLI::App* set = baseline->add_subcommand("set", "Name a run")->fallthrough();
  set->add_option("NAME", o.set.name, "Name of the baseline")->required();
  set->add_option("RUN", o.set.run, "Number of the run, or latest")->required();
  set->add_option("--producer", o.set.producer, "With latest: the latest run of this producer");
  set->add_option("--branch", o.set.branch, "Branch it is of [the current one]");
  set->add_option("--supersede", o.set.supersede,
                  "Why it takes the place of the baseline that has the name; that stays on record")
      ->check([](const std::string& text) {
        return text.empty() ? std::string("needs a reason") : std::string();
      });
  set->callback([&] { chosen = [&o] { db::set_baseline(o.database, o.set); }; });
  CLI::App* list = baseline->add_subcommand("list", "List the named runs")->fallthrough();
  list->add_flag("--json", o.baselines.json, "Print JSON");
  list->add_flag("--history", o.baselines.history,
                 "All there ever were, oldest first: who superseded them, and why");
  list->callback([&] { chosen = [&o] { db::list_baselines(o.database, o.baselines); }; });
}

void add_import_command(CLI::App& app, Options& o, std::function<void()>& chosen) {
  CLI::App* reader = app.add_subcommand("import", "Store measurements from files")->fallthrough();
  std::vector<std::string> formats = import::format_names();
  const std::string list = fmt::format("{}", fmt::join(formats, ", "));
  reader->add_option("FILE", o.import.files, "JSON of one of these formats; - is stdin")
      ->required();
  formats.insert(formats.begin(), "auto");
  reader->add_option("--format", o.import_format, "auto, " + list)
      ->check(CLI::IsMember(formats))
      ->capture_default_str();
  reader->add_flag_function(
      "--higher-is-better,!--lower-is-better",
      [&o](std::int64_t count) { o.import.higher_is_better = count > 0; },
      "Of values of github-action-benchmark, where the unit does not tell");
  reader->callback([&] {
    o.import.format = import::format_named(o.import_format);
    chosen = [&o] { db::import_files(o.database, o.import); };
  });
}

void add_export_command(CLI::App& app, Options& o, std::function<void()>& chosen) {
  CLI::App* writer = app.add_subcommand("export", "Write runs as JSON or CSV")->fallthrough();
  writer->add_option("--run", o.exported.runs, "Run to write, may be given again; default: all")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  writer->add_option("--format", o.export_format, "json or csv")
      ->check(CLI::IsMember({"json", "csv"}))
      ->capture_default_str();
  writer->add_option("-o,--output", o.exported.output, "File to write; default: stdout");
  writer->callback([&] {
    o.exported.csv = o.export_format == "csv";
    chosen = [&o] { db::export_runs(o.database, o.exported); };
  });
}

}  // namespace

int main(int argc, char** argv) {
  const auto app = cli::make_app(
      "woolly db", "The database of measurements: runs, baselines, import, export.", kExamples);
  Options o;
  std::function<void()> chosen;
  app->require_subcommand(1);
  app->add_option("--db", o.database, "Database file")->capture_default_str();
  CLI::App* list = app->add_subcommand("list", "List the runs, newest first")->fallthrough();
  list->add_flag("--json", o.list.json, "Print JSON");
  list->callback([&] { chosen = [&o] { db::list_runs(o.database, o.list); }; });
  CLI::App* show =
      app->add_subcommand("show", "Print one run: environment and results")->fallthrough();
  show->add_option("RUN", o.show.run, "Number of the run, latest, or the name of a baseline")
      ->required();
  show->add_flag("--json", o.show.json, "Print the whole record as JSON");
  show->callback([&] { chosen = [&o] { db::show_run(o.database, o.show); }; });
  add_baseline_commands(*app, o, chosen);
  add_import_command(*app, o, chosen);
  add_export_command(*app, o, chosen);
  return cli::run_app(*app, argc, argv, [&] {
    chosen();
    return 0;
  });
}
