#include "ci/gate/audit_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <sstream>

#include "baselines/samples/environment.h"
#include "ci/gate/audit.h"
#include "ci/gate/plan_text.h"
#include "ci/gate/request.h"
#include "ci/gate/workspace.h"
#include "engine/base/process.h"

namespace woolly::gate {
namespace {

namespace fs = std::filesystem;

// The same bytes at another place, as base and head are.
class CopyOfPrograms {
 public:
  explicit CopyOfPrograms(const fs::path& folder)
      : path_(fs::temp_directory_path() / fmt::format("woolly-audit-{}", ::getpid())) {
    fs::copy(folder, path_, fs::copy_options::recursive);
  }
  ~CopyOfPrograms() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  CopyOfPrograms(const CopyOfPrograms&) = delete;
  CopyOfPrograms& operator=(const CopyOfPrograms&) = delete;

  const fs::path& path() const noexcept { return path_; }

 private:
  fs::path path_;
};

std::string suite_text(const std::vector<Subject>& subjects, const GateOptions& options) {
  std::string text;
  for (const Subject& subject : subjects) text += (text.empty() ? "" : ", ") + subject.name;
  return fmt::format("{}; margin {:.1f} %, budget {}", text, 100 * options.delta,
                     duration_text(options.budget_s));
}

std::string kind_text(double injected) {
  return injected == 0 ? "identical" : fmt::format("{:+.1f} %", 100 * injected);
}

// The kind with the fewest gates so far, the first of them; nothing when all have enough. Kinds
// take turns, so that whatever the host does falls on all of them.
std::optional<double> next_kind(const std::vector<store::Audit>& audits,
                                const GateOptions& options) {
  std::vector<double> kinds = options.audit_injections;
  kinds.insert(kinds.begin(), 0);
  const auto runs_of = [&](double injected) {
    return std::count_if(audits.begin(), audits.end(),
                         [&](const auto& audit) { return audit.injected == injected; });
  };
  const double next = *std::min_element(
      kinds.begin(), kinds.end(), [&](double a, double b) { return runs_of(a) < runs_of(b); });
  if (runs_of(next) >= options.audit_runs) return std::nullopt;
  return next;
}

ExitCode audit_with(Launcher& launcher, PairedPlan plan, const std::string& suite,
                    const std::string& machine_id, const GateOptions& options, store::Store& store,
                    Console& console) {
  const std::string method = paired_method_text();
  std::vector<store::Audit> audits = store.audits(machine_id, suite, method);
  while (const auto injected = next_kind(audits, options)) {
    std::ostringstream unheard;  // fifty plans would bury the results
    Progress silence(unheard, false);
    ++plan.seed;
    const auto found = audit_once(launcher, plan, *injected, suite, silence);
    if (!found) {
      console.progress.say(fmt::format("interrupted: {} gates are stored", audits.size()));
      console.out << audit_table(summarize(audits));
      return ExitCode::kInconclusive;
    }
    store.add_audit(*found, machine_id);
    audits.push_back(*found);
    console.progress.say(fmt::format("gate {}, {}: {} in {}", audits.size(), kind_text(*injected),
                                     found->verdict, duration_text(found->elapsed_s)));
  }
  console.out << fmt::format("{}\n\n{}", suite, audit_table(summarize(audits)));
  return ExitCode::kOk;
}

}  // namespace

ExitCode audit(const GateOptions& options, Console& console) {
  store::Store store = store::Store::open(options.database);
  const InterruptGuard guard;
  PairedPlan plan = plan_of(options, store);
  const std::string machine_id = samples::machine_id(samples::collect_environment({}));
  if (!options.commands.a.empty()) {
    refuse_beside("--a", options);
    CommandOptions identical = options.commands;
    identical.b = identical.a;
    CommandLauncher launcher = launcher_of(identical, options.higher_is_better.value_or(false));
    plan.subjects = {{identical.name, "", {}}};
    const std::string suite =
        fmt::format("`{}`, {}", identical.a, suite_text(plan.subjects, options));
    return audit_with(launcher, plan, suite, machine_id, options, store, console);
  }
  const fs::path base = head_folder(options);
  plan.subjects = subjects_of(options, base, console.progress);
  const CopyOfPrograms copy(base);
  ProcessLauncher launcher(base, copy.path());
  for (const Subject& subject : plan.subjects) launcher.require(subject, Arm::kBase);
  return audit_with(launcher, plan, suite_text(plan.subjects, options), machine_id, options, store,
                    console);
}

}  // namespace woolly::gate
