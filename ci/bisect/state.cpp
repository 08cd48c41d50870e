#include "ci/bisect/state.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>
#include <xxhash.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include <woolly/error.h>

#include "engine/base/file.h"

namespace woolly::bisect {
namespace {

constexpr int kFormat = 1;

nlohmann::ordered_json to_json(const State& state, const std::string& question) {
  nlohmann::ordered_json json = {{"format", kFormat}, {"question", question}};
  json["blocks"] = nlohmann::ordered_json::array();
  for (const Block& block : state.blocks) {
    json["blocks"].push_back(
        {block.commit, block.value.difference, block.value.spread, block.seconds});
  }
  json["skipped"] = nlohmann::ordered_json::array();
  for (const auto& [commit, why] : state.skipped) json["skipped"].push_back({commit, why});
  return json;
}

State from_json(const nlohmann::json& json) {
  State state;
  for (const auto& block : json.at("blocks")) {
    state.blocks.push_back({block.at(0), {block.at(1), block.at(2)}, block.at(3)});
  }
  for (const auto& skipped : json.at("skipped")) state.skipped[skipped.at(0)] = skipped.at(1);
  return state;
}

bool is_about(const State& state, std::size_t commits) {
  const auto known = [commits](std::size_t commit) { return commit >= 1 && commit <= commits; };
  for (const Block& block : state.blocks) {
    if (!known(block.commit) || !std::isfinite(block.value.difference) ||
        !std::isfinite(block.value.spread)) {
      return false;
    }
  }
  for (const auto& [commit, why] : state.skipped) {
    if (!known(commit)) return false;
  }
  return true;
}

}  // namespace

StateFile::StateFile(const std::filesystem::path& folder, std::string question)
    : question_(std::move(question)) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw_usage(fmt::format("{}: cannot be made: {}", folder.string(), error.message()));
  path_ =
      folder / fmt::format("bisect-{:016x}.json", XXH3_64bits(question_.data(), question_.size()));
  const std::string lock = path_.string() + ".lock";
  lock_ = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock_ < 0) throw_usage(fmt::format("{}: cannot be written", lock));
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock_);
    throw_usage("another bisect of the same is running", "wait for it, or stop it");
  }
}

StateFile::~StateFile() { ::close(lock_); }

std::optional<State> StateFile::load(std::size_t commits) const {
  if (!std::filesystem::exists(path_)) return std::nullopt;
  try {
    const auto json = nlohmann::json::parse(read_file(path_));
    if (json.at("format") != kFormat || json.at("question") != question_) return std::nullopt;
    State state = from_json(json);
    if (is_about(state, commits)) return state;
  } catch (const nlohmann::json::exception&) {
  }
  return std::nullopt;
}

void StateFile::save(const State& state) const {
  const auto replace = nlohmann::ordered_json::error_handler_t::replace;
  write_file_atomically(path_, to_json(state, question_).dump(-1, ' ', false, replace) + "\n");
}

void StateFile::forget() const {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

}  // namespace woolly::bisect
