// The engine's front door: a model file opened for one sequence.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <woolly/profile.h>
#include <woolly/tokenizer.h>

namespace woolly {

struct SessionOptions {
  std::string implementation = "fast";  // "fast" or "reference"
  int threads = 0;                      // 0: every core this process may use
  int context = 0;                      // tokens; 0: the model's own limit
  // Directory where packed weights are kept for the next load; "": nowhere. Weights are packed by
  // the fast implementation with gemm=direct; without, the directory is not touched.
  std::string cache_packed;
  // Directory where what is quickest on this host is kept, measured at the first use of a model's
  // shapes in less than three seconds; "": fixed defaults. Results do not depend on it.
  std::string tuning_directory;
  // Optimization flags as on the command line, for example {"gemm", "blas"}.
  std::vector<std::pair<std::string, std::string>> opts;
  bool profile = false;  // record where the time goes; only for "fast"
};

struct ModelInfo {
  std::string path;
  std::string architecture;  // "llama"
  std::string name;
  std::string content_hash;  // of the whole file; 16 hex digits
  std::uint64_t file_bytes;
  std::uint64_t parameters;
  std::uint64_t weight_bytes_per_token;  // bytes of weights that one decoded token reads
  int context_train;
  int vocab_size;
};

struct SessionTimings {
  double load_ms = 0;  // open() until ready for the first token
};

// Of the cache that --opt dequant=cache keeps, since open(): every product with a quantized matrix
// is a hit or a miss.
struct DequantCacheCounts {
  std::uint64_t hits = 0;    // its floats were there
  std::uint64_t misses = 0;  // it was dequantized
  std::uint64_t bytes = 0;   // of floats held now
};

// Errors: open() and the calls below throw Error (usage) for a bad file, option or token id and
// when the context would overflow; nothing changes then. Not thread-safe; two sessions are
// independent.
class Session {
 public:
  static Session open(const std::string& path, const SessionOptions& options);
  ~Session();
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;

  const ModelInfo& info() const;
  const Tokenizer& tokenizer() const;
  const SessionTimings& timings() const;
  // What open() did without, one line each: a damaged file in cache_packed, or none written there
  // or in tuning_directory.
  const std::vector<std::string>& warnings() const;
  // Every optimization flag with the value in force, for records of results; cache_packed is "off",
  // "built" (packed and stored) or "loaded" (read from the directory).
  std::vector<std::pair<std::string, std::string>> effective_options() const;

  // Of direct products: "off" (fixed defaults), "measured" by open() or "loaded" from
  // tuning_directory.
  const std::string& tuning() const;

  // Nothing when there is no such cache.
  std::optional<DequantCacheCounts> dequant_cache() const;

  int context() const;   // tokens that fit
  int position() const;  // tokens in the KV cache

  // Runs the tokens and returns the logits [vocab_size] after the last one; valid until the next
  // call.
  std::span<const float> prefill(std::span<const TokenId> tokens);
  std::span<const float> decode(TokenId token);

  // As prefill, but calls sink(i, logits) for every token index i in [first, tokens.size()).
  using LogitsSink = std::function<void(int index, std::span<const float> logits)>;
  void score(std::span<const TokenId> tokens, int first, const LogitsSink& sink);

  // Many sequences over the one model, each with a KV cache of context() tokens of its own, run
  // together: they share every read of the weights. The session's own tokens are sequence 0. Needs
  // direct products (the defaults); else Error (usage).
  //
  // A new empty sequence, at any time. Throws Error (usage) when its memory cannot be had.
  int join();
  // Forgets it; 0 stays. These and run() throw Error (usage) for a sequence that is not there.
  void leave(int sequence);
  int position(int sequence) const;
  void truncate(int sequence, int position);

  struct Input {
    int sequence;
    std::span<const TokenId> tokens;  // at least one
  };
  // Runs the tokens of different sequences and calls sink(i, logits) with the logits after the last
  // token of each inputs[i]. They have the same bits whatever other inputs there are.
  void run(std::span<const Input> inputs, const LogitsSink& sink);

  // What was recorded since open() or the last clear_profile(); empty without options.profile.
  ProfileEntries profile() const;
  void clear_profile();

  // Forgets all tokens from `position` on.
  void truncate(int position);

 private:
  struct Impl;
  explicit Session(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace woolly
