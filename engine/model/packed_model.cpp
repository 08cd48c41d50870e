#include "engine/model/packed_model.h"

#include <algorithm>
#include <numeric>

#include "engine/base/mapped_file.h"
#include "engine/kernels/panel_matmul/pack.h"

namespace woolly {
namespace {

// Of a model's weights and of their packed form alike: one order for places, work and files.
template <typename Layer, typename Matrix>
std::vector<Matrix*> in_arena_order(std::span<Layer> layers, Matrix& output) {
  std::vector<Matrix*> all;
  for (Layer& layer : layers) {
    all.insert(all.end(), {&layer.q, &layer.k, &layer.v, &layer.attention_out, &layer.gate,
                           &layer.up, &layer.down});
  }
  all.push_back(&output);
  return all;
}

void set_grains(const LlamaConfig& config, std::vector<PackedLayer>& layers) {
  constexpr std::size_t kActivationGroup = 32;
  const std::size_t heads = std::lcm(kPanelRows, config.head_dim) / kPanelRows;
  for (PackedLayer& layer : layers) {
    layer.k.grain = layer.v.grain = heads;
    layer.gate.grain = layer.up.grain = kActivationGroup / kPanelRows;
  }
}

void pack_panels(const MatmulWeights& from, std::size_t begin, std::size_t end, std::byte* panel) {
  const std::size_t bytes = panel_bytes(from.dtype, from.cols);
  for (std::size_t p = begin; p < end; ++p) {
    const std::size_t row = p * kPanelRows;
    pack_panel(from.dtype, from.row(row), std::min(kPanelRows, from.rows - row), from.cols,
               panel + p * bytes);
  }
}

}  // namespace

PackedModel::PackedModel(const LlamaModel& model, Pages pages) : layers_(model.layers.size()) {
  const auto sources = in_arena_order(std::span(model.layers), model.output);
  const auto targets = in_arena_order(std::span(layers_), output_);
  std::size_t total = 0;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const MatmulWeights& from = *sources[i];
    targets[i]->weights = {from.dtype, nullptr, from.rows, from.cols,
                           panel_bytes(from.dtype, from.cols)};
    total += targets[i]->weights.bytes();
  }
  set_grains(model.config, layers_);
  arena_ = Buffer(total, pages);
  std::size_t offset = 0;
  for (PackedMatrix* matrix : targets) {
    matrix->weights.data = arena_.data() + offset;
    offset += matrix->weights.bytes();
  }
}

void PackedModel::pack(const LlamaModel& model, ThreadPool& pool) {
  const auto sources = in_arena_order(std::span(model.layers), model.output);
  const auto targets = matrices();
  std::byte* panels = arena_.data();
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const MatmulWeights& from = *sources[i];
    pool.run([&](int thread) {
      const auto [begin, end] = targets[i]->share(thread, pool.threads());
      pack_panels(from, begin, end, panels);
    });
    release_pages({from.data, from.bytes()});
    panels += targets[i]->weights.bytes();
  }
}

std::vector<const PackedMatrix*> PackedModel::matrices() const {
  return in_arena_order(std::span(layers_), output_);
}

}  // namespace woolly
