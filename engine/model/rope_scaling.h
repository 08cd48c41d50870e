// How RoPE's angles are stretched for contexts longer than a model was first trained on.
//   linear  every angle is divided by the factor (position interpolation, Chen et al. 2023)
//   yarn    fast pairs keep their angle, slow ones are divided by the factor, a ramp between them;
//           and cos and sin grow by 1 + 0.1 ln(factor) (Peng et al. 2023, "YaRN": NTK by parts)
// NTK-aware scaling is a larger base, which files say as llama.rope.freq_base.
// Source of the keys llama.rope.scaling.*: GGUF's specification; of what they do: llama.cpp.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/gguf/gguf.h"

namespace woolly {

struct RopeScaling {
  double factor = 1;
  bool yarn = false;
  double original_context = 0;  // tokens, of the training before
  double extrapolation = 1;     // share of the ramp that is used
  double beta_fast = 32;        // turns within original_context from which on a pair is fast
  double beta_slow = 1;         // up to which it is slow
  double attention_factor = 1;  // of cos and sin, besides yarn's own

  // Of a pair: what its angle is multiplied with.
  double angle_scale(std::size_t pair, std::size_t rotary_dim, double base) const;
  // Of cos and sin.
  double magnitude() const;
};

// Throws Error (usage) for a type that is not supported and for factors that are no sensible
// numbers. `context_train` stands in where the file does not say the original context.
RopeScaling read_rope_scaling(const gguf::Metadata& metadata, std::size_t context_train);

}  // namespace woolly
