// A commit checked out and built beside the checkout it is of.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <woolly/error.h>

namespace woolly::gate {

// A commit that does not build: exit code 2, and a hint that names the log.
class BuildFailed : public Error {
 public:
  explicit BuildFailed(std::string message, std::string hint = "")
      : Error(ExitCode::kUsage, std::move(message), std::move(hint)) {}
};

// CHECKOUT/build/gate, where built commits are kept.
std::filesystem::path build_cache(const std::filesystem::path& checkout);

// Work tree and build folder in the cache, both gone with the object, also when a step fails.
class BuildTree {
 public:
  // `named` is how messages call it: "--base main". Throws Error (usage) when git cannot check the
  // commit out.
  BuildTree(const std::filesystem::path& checkout, const std::string& commit, std::string named);
  ~BuildTree();
  BuildTree(const BuildTree&) = delete;
  BuildTree& operator=(const BuildTree&) = delete;

  // Configures with the release preset, then again with `definitions` ("-DNAME=VALUE"); builds all.
  // Throws BuildFailed with the last line of a step that fails, naming the log that it leaves in
  // the cache; Error (inconclusive) when interrupted.
  void build(const std::vector<std::string>& definitions = {});

  // The programs; may be moved away. Throws BuildFailed when the build made none.
  std::filesystem::path bin() const;

 private:
  void step(const std::vector<std::string>& argv);

  std::filesystem::path checkout_;
  std::string named_;
  std::filesystem::path source_;
  std::filesystem::path build_;
  std::filesystem::path log_file_;
  std::string log_;
  bool configured_ = false;
};

}  // namespace woolly::gate
