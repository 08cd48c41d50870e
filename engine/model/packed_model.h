// The matrices of a llama model packed into panels, in one arena, each part touched first by the
// thread that will read it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "engine/base/buffer.h"
#include "engine/base/thread_pool.h"
#include "engine/kernels/panel_matmul/panel_matmul.h"
#include "engine/model/llama_model.h"

namespace woolly {

// A matrix and how threads share its panels: in units of `grain`, so that what a thread computes is
// a unit of what it does next with it (heads of keys, groups of activations).
struct PackedMatrix {
  using Range = std::pair<std::size_t, std::size_t>;

  PanelWeights weights;
  std::size_t grain = 1;  // panels

  std::size_t units() const noexcept { return (weights.panels() + grain - 1) / grain; }
  // The panels and the rows of units [begin, end).
  Range panels(std::size_t begin, std::size_t end) const noexcept {
    return {std::min(weights.panels(), begin * grain), std::min(weights.panels(), end * grain)};
  }
  Range rows(std::size_t begin, std::size_t end) const noexcept {
    return {std::min(weights.rows, begin * grain * kPanelRows),
            std::min(weights.rows, end * grain * kPanelRows)};
  }
  // The panels that are this thread's own; empty for some when there are few.
  Range share(int thread, int threads) const noexcept {
    const auto [begin, end] = WorkShares::own(units(), thread, threads);
    return panels(begin, end);
  }
};

struct PackedLayer {
  PackedMatrix q;
  PackedMatrix k;  // shared by whole heads
  PackedMatrix v;
  PackedMatrix attention_out;
  PackedMatrix gate;  // shared by 32 rows, a group of activations
  PackedMatrix up;
  PackedMatrix down;
};

// Every matrix but the embedding, of which single rows are gathered (a tied one is packed as the
// output and gathered from the file). What the arena holds depends on the model alone, not on
// threads, pages or instruction set. Move-only.
class PackedModel {
 public:
  // Gives every matrix its place; the arena is reserved, and its bytes are still to be filled in.
  // Throws std::bad_alloc.
  PackedModel(const LlamaModel& model, Pages pages);

  // Fills the arena from the model that planned it, and gives back the file's pages as it goes: the
  // peak is the arena and what the threads read at the moment.
  void pack(const LlamaModel& model, ThreadPool& pool);

  const PackedLayer& layer(std::size_t i) const { return layers_[i]; }
  const std::vector<PackedLayer>& layers() const { return layers_; }
  const PackedMatrix& output() const { return output_; }

  std::span<std::byte> arena() noexcept { return {arena_.data(), arena_.size()}; }
  std::span<const std::byte> arena() const noexcept { return {arena_.data(), arena_.size()}; }
  // All matrices in the order of the arena, which they fill without a gap.
  std::vector<const PackedMatrix*> matrices() const;

 private:
  Buffer arena_;
  std::vector<PackedLayer> layers_;
  PackedMatrix output_;
};

}  // namespace woolly
