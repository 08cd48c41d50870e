#include "engine/model/rope_scaling.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <string_view>

#include <woolly/error.h>

namespace woolly {
namespace {

double read_positive(const gguf::Metadata& metadata, std::string_view key, double fallback) {
  const double value = metadata.get_float(key, fallback);
  if (!(value > 0) || !std::isfinite(value)) {
    throw_usage(fmt::format("metadata key {} is {}, not a positive number", key, value));
  }
  return value;
}

// The pair, as a real number, that turns so often within the original context.
double pair_of_turns(double turns, const RopeScaling& s, std::size_t rotary_dim, double base) {
  return static_cast<double>(rotary_dim) *
         std::log(s.original_context / (turns * 2 * std::numbers::pi)) / (2 * std::log(base));
}

}  // namespace

double RopeScaling::angle_scale(std::size_t pair, std::size_t rotary_dim, double base) const {
  if (!yarn) return 1 / factor;
  const double last = static_cast<double>(rotary_dim) - 1;
  const double low = std::max(0.0, std::floor(pair_of_turns(beta_fast, *this, rotary_dim, base)));
  const double high = std::min(last, std::ceil(pair_of_turns(beta_slow, *this, rotary_dim, base)));
  const double ramp = (static_cast<double>(pair) - low) / std::max(0.001, high - low);
  const double kept = extrapolation * (1 - std::clamp(ramp, 0.0, 1.0));
  return kept + (1 - kept) / factor;
}

double RopeScaling::magnitude() const {
  const bool grows = yarn && extrapolation != 0 && factor > 1;
  return attention_factor * (grows ? 1 + 0.1 * std::log(factor) : 1);
}

RopeScaling read_rope_scaling(const gguf::Metadata& metadata, std::size_t context_train) {
  RopeScaling s;
  const std::string type = metadata.get_string("llama.rope.scaling.type", "none");
  // The key of older files.
  s.factor = read_positive(metadata, "llama.rope.scale_linear", 1);
  if (type == "none") return s;
  if (type != "linear" && type != "yarn") {
    throw_usage(fmt::format("RoPE scaling {} is not supported", type),
                "none, linear and yarn are; also per-frequency factors (rope_freqs)");
  }
  s.factor = read_positive(metadata, "llama.rope.scaling.factor", s.factor);
  s.attention_factor = read_positive(metadata, "llama.rope.scaling.attn_factor", 1);
  if (type == "linear") return s;
  s.yarn = true;
  s.original_context = static_cast<double>(
      metadata.get_uint("llama.rope.scaling.original_context_length", context_train));
  s.extrapolation = metadata.get_float("llama.rope.scaling.yarn_ext_factor", 1);
  s.beta_fast = read_positive(metadata, "llama.rope.scaling.yarn_beta_fast", s.beta_fast);
  s.beta_slow = read_positive(metadata, "llama.rope.scaling.yarn_beta_slow", s.beta_slow);
  if (s.original_context == 0) {
    throw_usage("metadata key llama.rope.scaling.original_context_length is 0");
  }
  if (!(s.extrapolation >= 0) || s.extrapolation > 1) {
    throw_usage(fmt::format("metadata key llama.rope.scaling.yarn_ext_factor is {}, outside 0 to 1",
                            s.extrapolation));
  }
  return s;
}

}  // namespace woolly
