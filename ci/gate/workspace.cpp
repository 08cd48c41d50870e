#include "ci/gate/workspace.h"

#include <fmt/format.h>
#include <unistd.h>

#include <woolly/error.h>

#include "ci/gate/base_build.h"
#include "ci/gate/build_tree.h"
#include "engine/base/process.h"

namespace woolly::gate {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDefaultModel = "tiny-Q4_0.gguf";

// Below the checkout where builds of refs are cached too, else below the current folder.
fs::path cache_folder() {
  try {
    return build_cache(checkout_of(fs::current_path()));
  } catch (const Error&) {
    return build_cache(fs::current_path());
  }
}

std::string default_model(const fs::path& head, Progress& progress) {
  const fs::path maker = head / "woolly";
  if (::access(maker.c_str(), X_OK) != 0) {
    throw_usage("nothing to measure", "name it with -m MODEL, --scenario FILE or --micro REGEX");
  }
  const fs::path model = cache_folder() / kDefaultModel;
  if (fs::exists(model)) return model.string();
  progress.say(fmt::format("no -m, --scenario or --micro: making {}", model.string()));
  fs::create_directories(model.parent_path());
  const fs::path unfinished = model.string() + "." + fmt::to_string(::getpid());
  const ProcessResult result =
      run_process({maker.string(), "make-model", "--preset", "tiny", "--type", "Q4_0", "--seed",
                   "1", "-o", unfinished.string()});
  if (!result.ok()) {
    std::error_code ignored;
    fs::remove(unfinished, ignored);
    throw_usage(fmt::format("{} make-model: {}: {}", maker.string(), describe_exit(result),
                            tail_in_one_line(result.err)));
  }
  fs::rename(unfinished, model);
  return model.string();
}

void add_opts(const std::vector<std::string>& opts, std::vector<std::string>& arguments) {
  for (const std::string& opt : opts) arguments.insert(arguments.end(), {"--opt", opt});
}

}  // namespace

fs::path head_folder(const GateOptions& options) {
  if (options.head.empty()) return fs::read_symlink("/proc/self/exe").parent_path();
  if (!fs::is_directory(options.head)) {
    throw_usage(fmt::format("--head {}: no such folder", options.head));
  }
  return fs::absolute(options.head);
}

fs::path base_folder(const GateOptions& options, Progress& progress) {
  if (fs::is_directory(options.base)) return fs::absolute(options.base);
  // "origin/main" may be either, git has the last word; "/x" and "./x" are meant as folders.
  if (options.base.front() == '/' || options.base.front() == '.') {
    throw_usage(fmt::format("--base {}: no such folder", options.base));
  }
  return build_ref(checkout_of(fs::current_path()), options.base,
                   fmt::format("--base {}", options.base), progress);
}

void require_models(const std::vector<std::string>& models) {
  for (const std::string& model : models) {
    if (!fs::is_regular_file(model)) throw_usage(fmt::format("-m {}: no such file", model));
  }
}

std::vector<Subject> subjects_of(const GateOptions& options, const fs::path& head,
                                 Progress& progress) {
  require_models(options.models);
  std::vector<Subject> subjects;
  if (!options.scenario.empty()) {
    if (!fs::is_regular_file(options.scenario)) {
      throw_usage(fmt::format("--scenario {}: no such file", options.scenario));
    }
    subjects.push_back(scenario_subject(options.scenario, options.models));
  } else {
    for (const std::string& model : options.models) {
      subjects.push_back(bench_subject({model}, options.tokens));
    }
  }
  const bool has_opts = !options.base_opts.empty() || !options.head_opts.empty();
  if (has_opts && !options.micro.empty()) {
    throw_usage("--base-opt and --head-opt are of models", "leave out --micro");
  }
  if (!options.micro.empty()) subjects.push_back(micro_subject(options.micro));
  if (subjects.empty())
    subjects.push_back(bench_subject({default_model(head, progress)}, options.tokens));
  for (Subject& subject : subjects) {
    add_opts(options.base_opts, subject.base_arguments);
    add_opts(options.head_opts, subject.head_arguments);
  }
  return subjects;
}

}  // namespace woolly::gate
