#include "ci/accept/accept_command.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include <woolly/error.h>

#include "baselines/samples/checkout.h"
#include "baselines/samples/timestamp.h"
#include "baselines/store/store.h"
#include "engine/cli/aligned_table.h"

namespace woolly::accept {
namespace {

std::string status_of(const store::Acceptance& acceptance, const std::string& today) {
  if (!acceptance.revoked_at.empty()) return "revoked";
  return acceptance.until < today ? "expired" : "in force";
}

std::string at_most_text(const store::Acceptance& acceptance) {
  return acceptance.at_most ? fmt::format("{:.4g} %", 100 * *acceptance.at_most) : "any";
}

nlohmann::ordered_json json_of(const store::Acceptance& acceptance, const std::string& today) {
  const auto or_null = [](const std::string& text) {
    return text.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(text);
  };
  return {{"id", acceptance.id},
          {"status", status_of(acceptance, today)},
          {"benchmark", acceptance.benchmark},
          {"metric", or_null(acceptance.metric)},
          {"at_most", acceptance.at_most ? nlohmann::ordered_json(*acceptance.at_most)
                                         : nlohmann::ordered_json(nullptr)},
          {"reason", acceptance.reason},
          {"author", acceptance.author},
          {"created_at", acceptance.created_at},
          {"until", acceptance.until},
          {"revoked_at", or_null(acceptance.revoked_at)},
          {"revoked_by", or_null(acceptance.revoked_by)}};
}

void list(const AcceptOptions& options, std::ostream& out) {
  const store::Store store = store::Store::open_existing(options.database);
  const std::string today = samples::utc_today();
  if (options.json) {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const auto& acceptance : store.acceptances()) all.push_back(json_of(acceptance, today));
    out << all.dump(1) << '\n';
    return;
  }
  std::vector<std::vector<std::string>> rows = {
      {"id", "status", "until", "benchmark", "metric", "at most", "author", "reason"}};
  for (const store::Acceptance& acceptance : store.acceptances()) {
    rows.push_back({fmt::to_string(acceptance.id), status_of(acceptance, today), acceptance.until,
                    acceptance.benchmark, acceptance.metric.empty() ? "all" : acceptance.metric,
                    at_most_text(acceptance), acceptance.author, acceptance.reason});
  }
  out << cli::aligned_table(rows, {true, false, false, false, false, true, false, false});
}

void add(const AcceptOptions& options, std::ostream& out) {
  if (options.reason.empty()) throw_usage("an acceptance needs a --reason");
  if (options.until.empty()) throw_usage("an acceptance needs --until DATE");
  store::Store store = store::Store::open_existing(options.database);
  store::Acceptance acceptance;
  acceptance.benchmark = options.benchmark;
  acceptance.metric = options.metric;
  acceptance.at_most = options.at_most;
  acceptance.reason = options.reason;
  acceptance.until = options.until;
  acceptance.author = git_author();
  const std::int64_t id = store.accept(acceptance);
  out << fmt::format("acceptance {}: {} {} until the end of {} (UTC), by {}\n", id,
                     options.benchmark, options.metric.empty() ? "(all metrics)" : options.metric,
                     options.until, acceptance.author);
}

}  // namespace

std::string git_author() {
  std::string author = samples::git_author();
  if (author.empty()) {
    throw_usage("git does not know who you are", "git config --global user.name \"Your Name\"");
  }
  return author;
}

void run(const AcceptOptions& options, std::ostream& out) {
  const int asked =
      (options.benchmark.empty() ? 0 : 1) + (options.list ? 1 : 0) + (options.revoke ? 1 : 0);
  if (asked != 1) throw_usage("give one of BENCHMARK, --list or --revoke ID");
  if (options.list) return list(options, out);
  if (!options.revoke) return add(options, out);
  store::Store store = store::Store::open_existing(options.database);
  const std::string author = git_author();
  store.revoke_acceptance(*options.revoke, author);
  out << fmt::format("acceptance {} revoked by {}\n", *options.revoke, author);
}

}  // namespace woolly::accept
