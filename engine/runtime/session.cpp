#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <set>

#include <woolly/error.h>
#include <woolly/session.h>

#include "engine/base/context.h"
#include "engine/kernels/matmul/blas_library.h"
#include "engine/model/forward.h"
#include "engine/model/packed_cache.h"
#include "engine/runtime/autotune/autotune.h"
#include "engine/runtime/optimization_flags.h"
#include "engine/tokenizer/make_tokenizer.h"

namespace woolly {
namespace {

using Clock = std::chrono::steady_clock;

// The cache's type, if this model's heads can be kept in it.
DType usable_kv_type(const FlagValues& flags, const LlamaConfig& config) {
  const DType type = kv_type_of(flags);
  const DTypeTraits& traits = dtype_traits(type);
  if (config.head_dim % traits.block_values != 0) {
    throw_usage(fmt::format("KV cache type {} needs heads of a multiple of {} dimensions; this "
                            "model's have {}",
                            traits.name, traits.block_values, config.head_dim),
                "use f16, bf16 or f32");
  }
  return type;
}

std::size_t choose_context(const LlamaModel& model, int asked) {
  const std::size_t limit = model.config.context_train;
  if (asked < 0 || static_cast<std::size_t>(asked) > limit) {
    throw_usage(fmt::format("a context of {} tokens is outside 1 to {}, what {} was made for",
                            asked, limit, model.file.path().string()));
  }
  return asked == 0 ? limit : static_cast<std::size_t>(asked);
}

// Reads a byte of every page, so that a loaded model is in memory and the first token does not pay.
void touch_pages(std::span<const std::byte> bytes, ThreadPool& pool) {
  constexpr std::size_t kPageBytes = 4096;
  pool.for_ranges(static_cast<std::int64_t>(bytes.size()), kPageBytes,
                  [&](int, std::int64_t begin, std::int64_t end) {
                    for (auto i = begin; i < end; i += kPageBytes) {
                      const volatile std::byte* page = &bytes[static_cast<std::size_t>(i)];
                      (void)*page;
                    }
                  });
}

ModelInfo describe(const LlamaModel& model) {
  const gguf::Metadata& metadata = model.file.metadata();
  return {model.file.path().string(),
          metadata.get_string("general.architecture"),
          metadata.get_string("general.name", ""),
          model_content_hash(model.file),
          model.file.file_bytes(),
          model.parameters(),
          model.weight_bytes_per_token(),
          static_cast<int>(model.config.context_train),
          static_cast<int>(model.config.vocab_size)};
}

std::string cache_packed_name(PackedOrigin origin) {
  switch (origin) {
    case PackedOrigin::kFile:
      return "loaded";
    case PackedOrigin::kStored:
      return "built";
    case PackedOrigin::kPacked:
      break;
  }
  return "off";
}

std::unique_ptr<Tokenizer> load_tokenizer(const LlamaModel& model) {
  try {
    return make_tokenizer(model.file.metadata());
  } catch (const Error& error) {
    throw_usage(fmt::format("{}: {}", model.file.path().string(), error.message()), error.hint());
  }
}

}  // namespace

struct Session::Impl {
  Impl(const std::string& path, const SessionOptions& options)
      : implementation(options.implementation),
        flags(resolve_flags(options.opts)),
        context(options.threads, isa_of(flags)),
        model(LlamaModel::load(path, context.isa)),
        tokenizer(load_tokenizer(model)),
        cache(model.config, choose_context(model, options.context),
              usable_kv_type(flags, model.config)),
        info(describe(model)) {
    make_blas_single_threaded();
    if (options.profile) {
      if (implementation != "fast") {
        throw_usage(fmt::format("the {} implementation has no profile", implementation),
                    "profile --impl fast");
      }
      profile.emplace(model.config.layers);
    }
    bool packed = false;
    if (implementation == "fast") {
      FastKernels kernels = kernels_for(flags);
      packed = kernels.panels.has_value();
      if (packed) {
        PackedModel weights = load_weights(kernels.pages, options.cache_packed);
        if (!options.tuning_directory.empty()) tune(kernels, weights, options.tuning_directory);
        forward =
            make_fast_forward(model, cache, context, kernels, std::move(weights), profile_target());
      } else {
        forward = make_fast_forward(model, cache, context, kernels, profile_target());
      }
    } else if (implementation == "reference") {
      forward = make_reference_forward(model, cache);
    } else {
      throw_usage(fmt::format("implementation {} is not known", implementation),
                  "fast or reference");
    }
    if (!packed) touch_pages(model.file.bytes(), context.pool);
  }

  Profile* profile_target() { return profile ? &*profile : nullptr; }

  PackedModel load_weights(Pages pages, const std::string& directory) {
    PackedModel weights(model, pages);
    if (directory.empty()) {
      weights.pack(model, context.pool);
      return weights;
    }
    const PackedLoad load =
        load_or_pack(directory, info.content_hash, model, weights, context.pool);
    cache_packed = cache_packed_name(load.origin);
    if (!load.warning.empty()) warnings.push_back(load.warning);
    return weights;
  }

  void tune(FastKernels& kernels, const PackedModel& weights, const std::string& directory) {
    const Autotuned tuned = autotune(kernels, weights, context, directory);
    tuning = tuned.measured ? "measured" : "loaded";
    if (!tuned.warning.empty()) warnings.push_back(tuned.warning);
  }

  // Another sequence than the session's own.
  struct Sequence {
    KvCache cache;
    std::size_t position = 0;
  };

  void check(std::span<const TokenId> tokens, std::size_t at) const {
    for (const TokenId id : tokens) {
      if (id < 0 || static_cast<std::size_t>(id) >= model.config.vocab_size) {
        throw_usage(fmt::format("token id {} is outside the vocabulary of {}", id,
                                model.config.vocab_size));
      }
    }
    if (tokens.size() > cache.context() - at) {
      throw_usage(fmt::format("the context is full: {} tokens are in it, {} more do not fit its {}",
                              at, tokens.size(), cache.context()),
                  "use a shorter prompt, fewer new tokens or a larger --ctx");
    }
  }

  void run(std::span<const TokenId> tokens, std::size_t first_logit,
           const woolly::LogitsSink& sink) {
    check(tokens, position);
    forward->run(tokens, position, first_logit, sink);
    position += tokens.size();
  }

  Sequence& sequence(int id) {
    const auto it = sequences.find(id);
    if (it == sequences.end()) throw_usage(fmt::format("there is no sequence {}", id));
    return it->second;
  }
  std::size_t& position_of(int id) { return id == 0 ? position : sequence(id).position; }
  KvCache& cache_of(int id) { return id == 0 ? cache : sequence(id).cache; }

  void require_batches() const {
    if (forward->runs_batches()) return;
    throw_usage("sequences run together with direct products only",
                "use --impl fast with --opt gemm=direct, on a machine with AVX2");
  }

  // Of inputs that run together; nothing is changed.
  std::vector<BatchPiece> pieces_of(std::span<const Input> inputs) {
    std::vector<BatchPiece> pieces;
    std::set<int> seen;
    for (const Input& input : inputs) {
      if (!seen.insert(input.sequence).second) {
        throw_usage(fmt::format("sequence {} is there twice", input.sequence));
      }
      if (input.tokens.empty()) throw_usage("there is no token to run");
      const std::size_t at = position_of(input.sequence);
      check(input.tokens, at);
      pieces.push_back({&cache_of(input.sequence), input.tokens, at});
    }
    return pieces;
  }

  std::string implementation;
  FlagValues flags;
  Context context;
  LlamaModel model;
  std::unique_ptr<Tokenizer> tokenizer;
  KvCache cache;
  ModelInfo info;
  SessionTimings timings;
  std::optional<Profile> profile;
  std::string cache_packed = "off";
  std::string tuning = "off";
  std::vector<std::string> warnings;
  std::unique_ptr<Forward> forward;
  std::size_t position = 0;
  std::vector<float> logits;
  std::map<int, Sequence> sequences;
  int next_sequence = 1;
};

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

Session Session::open(const std::string& path, const SessionOptions& options) {
  const auto start = Clock::now();
  auto impl = std::make_unique<Impl>(path, options);
  impl->timings.load_ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  return Session(std::move(impl));
}

const ModelInfo& Session::info() const { return impl_->info; }
const Tokenizer& Session::tokenizer() const { return *impl_->tokenizer; }
const SessionTimings& Session::timings() const { return impl_->timings; }
const std::vector<std::string>& Session::warnings() const { return impl_->warnings; }
int Session::context() const { return static_cast<int>(impl_->cache.context()); }
int Session::position() const { return static_cast<int>(impl_->position); }

std::vector<std::pair<std::string, std::string>> Session::effective_options() const {
  FlagValues values = impl_->flags;
  values.emplace_back("implementation", impl_->implementation);
  values.emplace_back("cache_packed", impl_->cache_packed);
  values.emplace_back("blas_core", blas_core_name());
  values.emplace_back("threads", std::to_string(impl_->context.pool.threads()));
  return values;
}

const std::string& Session::tuning() const { return impl_->tuning; }

std::optional<DequantCacheCounts> Session::dequant_cache() const {
  const auto counts = impl_->forward->dequant_cache();
  if (!counts) return std::nullopt;
  return DequantCacheCounts{counts->hits, counts->misses, counts->bytes};
}

std::span<const float> Session::prefill(std::span<const TokenId> tokens) {
  if (tokens.empty()) throw_usage("there is no token to run");
  impl_->run(tokens, tokens.size() - 1, [this](std::size_t, std::span<const float> logits) {
    impl_->logits.assign(logits.begin(), logits.end());
  });
  return impl_->logits;
}

std::span<const float> Session::decode(TokenId token) { return prefill({&token, 1}); }

void Session::score(std::span<const TokenId> tokens, int first, const LogitsSink& sink) {
  impl_->run(tokens, static_cast<std::size_t>(std::max(first, 0)),
             [&](std::size_t index, std::span<const float> logits) {
               sink(static_cast<int>(index), logits);
             });
}

int Session::join() {
  impl_->require_batches();
  KvCache cache(impl_->model.config, impl_->cache.context(), impl_->cache.type());
  const int id = impl_->next_sequence++;
  impl_->sequences.emplace(id, Impl::Sequence{std::move(cache)});
  return id;
}

void Session::leave(int sequence) {
  if (sequence == 0) throw_usage("sequence 0 is the session's own and cannot leave");
  impl_->sequence(sequence);
  impl_->sequences.erase(sequence);
}

int Session::position(int sequence) const { return static_cast<int>(impl_->position_of(sequence)); }

void Session::run(std::span<const Input> inputs, const LogitsSink& sink) {
  impl_->require_batches();
  const std::vector<BatchPiece> pieces = impl_->pieces_of(inputs);
  impl_->forward->run_batch(pieces, [&](std::size_t index, std::span<const float> logits) {
    sink(static_cast<int>(index), logits);
  });
  for (const Input& input : inputs) impl_->position_of(input.sequence) += input.tokens.size();
}

ProfileEntries Session::profile() const {
  return impl_->profile ? impl_->profile->entries() : ProfileEntries{};
}

void Session::clear_profile() {
  if (impl_->profile) impl_->profile->clear();
}

void Session::truncate(int position) { truncate(0, position); }

void Session::truncate(int sequence, int position) {
  std::size_t& tokens = impl_->position_of(sequence);
  if (position < 0 || static_cast<std::size_t>(position) > tokens) {
    throw_usage(fmt::format("cannot truncate {} tokens to {}", tokens, position));
  }
  tokens = static_cast<std::size_t>(position);
}

}  // namespace woolly
