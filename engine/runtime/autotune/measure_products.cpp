#include "engine/runtime/autotune/measure_products.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include "engine/kernels/activations/activation_tiles.h"
#include "engine/kernels/activations/activations.h"
#include "engine/model/arena.h"
#include "engine/model/gemm_rows.h"
#include "engine/model/pair_product.h"

namespace woolly {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr std::array<std::size_t, 12> kRows{2, 4, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48};
constexpr std::array<std::size_t, 5> kPrefetchBytes{kPanelPrefetchBytes, 2048, 4096, 8192, 12288};
// Another distance than the default must be worth it; less is noise.
constexpr double kWorthwhile = 0.97;
constexpr int kRounds = 5;

ProductShape shape_of(const PackedMatrix& matrix) {
  return {matrix.weights.dtype, matrix.weights.rows, matrix.weights.cols};
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// kMostFewRows rows of activations in both forms.
class Rows {
 public:
  Rows(std::size_t cols, Isa isa)
      : arena_(Arena::rounded(kGroups * tile_groups(cols) * sizeof(TileGroup)) +
               Arena::rounded(kGroups * kTileRows * cols * sizeof(float)) +
               kMostFewRows * Arena::rounded(activation_bytes(cols))) {
    tiles_.groups =
        reinterpret_cast<TileGroup*>(arena_.take(kGroups * tile_groups(cols) * sizeof(TileGroup)));
    tiles_.values = arena_.take_floats(kGroups * kTileRows * cols);
    tiles_.cols = cols;
    const QuantizeActivationsFn quantize =
        select_variant(quantize_activations_variants(), isa).function;
    for (std::size_t i = 0; i < kMostFewRows; ++i) {
      rows_.push_back(activations_at(arena_.take(activation_bytes(cols)), cols));
      for (std::size_t k = 0; k < cols; ++k) {
        rows_[i].values[k] = std::sin(static_cast<float>(i + 7 * k));
      }
      quantize(rows_[i], cols, 0, cols);
      put_into_tiles(tiles_, i, rows_[i], 0, cols);
    }
  }

  const Activations* rows() const { return rows_.data(); }
  const ActivationTiles& tiles() const { return tiles_; }

 private:
  static constexpr std::size_t kGroups = tiles_of(kMostFewRows);

  Arena arena_;
  std::vector<Activations> rows_;
  ActivationTiles tiles_;
};

// Takes another of the matrices at every call, as a model does, so that they come from memory.
class Products {
 public:
  Products(std::vector<const PackedMatrix*> matrices, Context& context, const PanelKernels& kernels)
      : matrices_(std::move(matrices)),
        pool_(context.pool),
        kernels_(kernels),
        x_(matrices_.front()->weights.cols, context.isa),
        arena_(static_cast<std::size_t>(pool_.threads()) *
               (Arena::rounded(gemm_out_floats(kMostFewRows) * sizeof(float)) +
                Arena::rounded(kGemmScratchBytes))) {
    for (int thread = 0; thread < pool_.threads(); ++thread) {
      work_.push_back(
          {arena_.take_floats(gemm_out_floats(kMostFewRows)), arena_.take(kGemmScratchBytes)});
    }
  }

  double few(std::size_t rows, std::size_t prefetch_bytes) {
    return seconds([&](const PanelWeights& weights, std::size_t pair, const Work& work) {
      multiply_few_rows(kernels_, weights, pair, x_.rows(), rows, prefetch_bytes, work.out);
    });
  }
  double many(std::size_t rows, std::size_t prefetch_bytes) {
    return seconds([&](const PanelWeights& weights, std::size_t pair, const Work& work) {
      multiply_many_rows(kernels_, weights, pair, x_.tiles(), rows, prefetch_bytes, work.scratch,
                         work.out);
    });
  }

 private:
  struct Work {
    float* out;
    std::byte* scratch;
  };

  template <typename Multiply>
  double seconds(Multiply&& multiply) {
    const PanelWeights& weights = matrices_[next_]->weights;
    next_ = (next_ + 1) % matrices_.size();
    const Clock::time_point begin = Clock::now();
    pool_.for_ranges(static_cast<std::int64_t>(panel_pairs(weights)), 1,
                     [&](int thread, std::int64_t first, std::int64_t last) {
                       for (std::int64_t pair = first; pair < last; ++pair) {
                         multiply(weights, static_cast<std::size_t>(pair),
                                  work_[static_cast<std::size_t>(thread)]);
                       }
                     });
    return Seconds(Clock::now() - begin).count();
  }

  std::vector<const PackedMatrix*> matrices_;
  ThreadPool& pool_;
  PanelKernels kernels_;
  Rows x_;
  Arena arena_;
  std::vector<Work> work_;
  std::size_t next_ = 0;
};

class Deadline {
 public:
  explicit Deadline(std::chrono::nanoseconds limit) : end_(Clock::now() + limit) {}
  bool over() const { return Clock::now() >= end_; }

 private:
  Clock::time_point end_;
};

// Nothing when time is over. Candidates take turns, so that what else the machine does meets all.
std::optional<std::size_t> best_prefetch(Products& products, const Deadline& deadline) {
  std::array<std::vector<double>, kPrefetchBytes.size()> seconds;
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < kPrefetchBytes.size(); ++i) {
      if (deadline.over()) return std::nullopt;
      seconds[i].push_back(products.few(1, kPrefetchBytes[i]));
    }
  }
  std::size_t best = 0;
  double least = median(seconds[0]) * kWorthwhile;
  for (std::size_t i = 1; i < seconds.size(); ++i) {
    const double time = median(seconds[i]);
    if (time >= least) continue;
    least = time;
    best = i;
  }
  return kPrefetchBytes[best];
}

std::optional<std::size_t> best_gemm_rows(Products& products, std::size_t prefetch_bytes,
                                          const Deadline& deadline) {
  const std::size_t rows = first_quicker(kRows, kMostFewRows + 1, [&](std::size_t count) {
    std::vector<double> ratios;
    for (int round = 0; round < kRounds && !deadline.over(); ++round) {
      ratios.push_back(products.many(count, prefetch_bytes) / products.few(count, prefetch_bytes));
    }
    return !ratios.empty() && median(ratios) < 1;
  });
  if (deadline.over()) return std::nullopt;
  return rows;
}

}  // namespace

std::vector<ProductShape> product_shapes(const PackedModel& packed) {
  struct OfType {
    const PackedMatrix* largest = nullptr;
    std::size_t bytes = 0;
  };
  std::map<DType, OfType> types;
  for (const PackedMatrix* matrix : packed.matrices()) {
    OfType& type = types[matrix->weights.dtype];
    type.bytes += matrix->weights.bytes();
    if (type.largest == nullptr || matrix->weights.bytes() > type.largest->weights.bytes()) {
      type.largest = matrix;
    }
  }
  std::vector<OfType> sorted;
  for (const auto& [type, of] : types) sorted.push_back(of);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const OfType& a, const OfType& b) { return a.bytes > b.bytes; });
  std::vector<ProductShape> shapes;
  for (const OfType& of : sorted) shapes.push_back(shape_of(*of.largest));
  return shapes;
}

std::vector<TunedProduct> measure_products(std::span<const ProductShape> shapes,
                                           const PackedModel& packed, Context& context,
                                           const PanelKernels& kernels,
                                           std::chrono::nanoseconds limit) {
  const Deadline deadline(limit);
  std::vector<TunedProduct> tuned;
  for (const ProductShape& shape : shapes) {
    std::vector<const PackedMatrix*> matrices;
    for (const PackedMatrix* matrix : packed.matrices()) {
      if (shape_of(*matrix) == shape) matrices.push_back(matrix);
    }
    if (matrices.empty() || deadline.over()) continue;
    Products products(std::move(matrices), context, kernels);
    const auto prefetch = best_prefetch(products, deadline);
    if (!prefetch) break;
    const auto rows = best_gemm_rows(products, *prefetch, deadline);
    if (!rows) break;
    tuned.push_back({shape, *rows, *prefetch});
  }
  return tuned;
}

std::size_t first_quicker(std::span<const std::size_t> candidates, std::size_t otherwise,
                          const std::function<bool(std::size_t)>& quicker) {
  const auto found = std::partition_point(candidates.begin(), candidates.end(),
                                          [&](std::size_t rows) { return !quicker(rows); });
  return found == candidates.end() ? otherwise : *found;
}

}  // namespace woolly
