// What a bisect has found out so far, kept in a file after every block: it survives being killed.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ci/bisect/posterior.h"

namespace woolly::bisect {

struct Block {
  std::size_t commit = 0;  // 1 .. n
  BlockValue value;        // of the ratio to the good commit; the difference is positive when worse
  double seconds = 0;      // what it took
};

struct State {
  std::vector<Block> blocks;                   // in the order of measurement
  std::map<std::size_t, std::string> skipped;  // commit to why: it does not build, or fails
};

// One at a time may work on a question: a second bisect of the same gets Error (usage).
class StateFile {
 public:
  // FOLDER/bisect-HASH.json, HASH of `question`: everything that makes blocks comparable, one item
  // a line. The folder is made when it is missing.
  StateFile(const std::filesystem::path& folder, std::string question);
  ~StateFile();
  StateFile(const StateFile&) = delete;
  StateFile& operator=(const StateFile&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }

  // Nothing when there is no file, or it is about another question, or damaged, or speaks of more
  // than `commits`.
  std::optional<State> load(std::size_t commits) const;

  // Atomically: a reader, or the next run, finds the old or the new state. Throws Error (usage).
  void save(const State& state) const;

  void forget() const;

 private:
  std::filesystem::path path_;
  std::string question_;
  int lock_ = -1;
};

}  // namespace woolly::bisect
