#include "engine/model/packed_model.h"

#include <algorithm>
#include <numeric>

#include "engine/base/mapped_file.h"
#include "engine/kernels/panel_matmul/pack.h"

namespace woolly {
namespace {

// What is packed where: the same list gives the arena's size, the places and the work.
struct Job {
  const MatmulWeights* source;
  PackedMatrix* packed;
};

std::vector<Job> list_jobs(const LlamaModel& model, std::vector<PackedLayer>& layers,
                           PackedMatrix& output) {
  std::vector<Job> jobs;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const LayerWeights& from = model.layers[i];
    PackedLayer& to = layers[i];
    jobs.insert(jobs.end(), {{&from.q, &to.q},
                             {&from.k, &to.k},
                             {&from.v, &to.v},
                             {&from.attention_out, &to.attention_out},
                             {&from.gate, &to.gate},
                             {&from.up, &to.up},
                             {&from.down, &to.down}});
  }
  jobs.push_back({&model.output, &output});
  return jobs;
}

void set_grains(const LlamaConfig& config, std::vector<PackedLayer>& layers) {
  constexpr std::size_t kActivationGroup = 32;
  const std::size_t heads = std::lcm(kPanelRows, config.head_dim) / kPanelRows;
  for (PackedLayer& layer : layers) {
    layer.k.grain = layer.v.grain = heads;
    layer.gate.grain = layer.up.grain = kActivationGroup / kPanelRows;
  }
}

void pack_panels(const Job& job, std::size_t begin, std::size_t end) {
  const MatmulWeights& from = *job.source;
  const PanelWeights& to = job.packed->weights;
  for (std::size_t p = begin; p < end; ++p) {
    const std::size_t row = p * kPanelRows;
    auto* panel = const_cast<std::byte*>(to.data) + p * to.panel_bytes;
    pack_panel(from.dtype, from.row(row), std::min(kPanelRows, from.rows - row), from.cols, panel);
  }
}

}  // namespace

PackedModel::PackedModel(const LlamaModel& model, ThreadPool& pool, Pages pages)
    : layers_(model.layers.size()) {
  const std::vector<Job> jobs = list_jobs(model, layers_, output_);
  std::size_t total = 0;
  for (const Job& job : jobs) {
    const MatmulWeights& from = *job.source;
    job.packed->weights = {from.dtype, nullptr, from.rows, from.cols,
                           panel_bytes(from.dtype, from.cols)};
    total += job.packed->weights.bytes();
  }
  set_grains(model.config, layers_);
  arena_ = Buffer(total, pages);
  std::size_t offset = 0;
  for (const Job& job : jobs) {
    job.packed->weights.data = arena_.data() + offset;
    offset += job.packed->weights.bytes();
  }
  for (const Job& job : jobs) {
    pool.run([&](int thread) {
      const auto [begin, end] = job.packed->share(thread, pool.threads());
      pack_panels(job, begin, end);
    });
    release_pages({job.source->data, job.source->bytes()});
  }
}

}  // namespace woolly
