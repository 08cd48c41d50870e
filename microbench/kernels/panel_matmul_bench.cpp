// panel_matmul on the shapes of llama-7b with few rows of activations: the weights of decode and of
// verifying guessed tokens. They come from memory: copies of them, more than any cache holds, are
// used in turn.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "engine/base/buffer.h"
#include "engine/kernels/panel_matmul/pack.h"
#include "engine/kernels/panel_matmul/panel_matmul.h"
#include "engine/kernels/quantize_row/quantize_row.h"
#include "microbench/harness/aligned_vector.h"
#include "microbench/harness/inputs.h"
#include "microbench/kernels/benchmarks.h"
#include "microbench/kernels/stream_reader.h"

namespace woolly::micro {
namespace {

constexpr std::size_t kWorkingSetBytes = std::size_t{600} << 20;
constexpr std::size_t kSampleBytes = std::size_t{128} << 20;

struct Shape {
  DType dtype;
  std::size_t m, rows, cols;

  std::size_t panels() const { return (rows + kPanelRows - 1) / kPanelRows; }
  std::size_t weight_bytes() const { return panels() * panel_bytes(dtype, cols); }
  std::size_t copies() const {
    return (std::max(kWorkingSetBytes, uncached_bytes()) + weight_bytes() - 1) / weight_bytes();
  }
  std::string text() const { return fmt::format("m{}_n{}_k{}", m, rows, cols); }
};

Cost cost_of(const Shape& s, int threads) {
  return {.bytes = static_cast<double>(s.weight_bytes() + 4 * s.m * (s.cols + s.rows)),
          .flops = 2.0 * static_cast<double>(s.m) * static_cast<double>(s.rows * s.cols),
          .bound = Bound::kMemory,
          .threads = threads};
}

class Product {
 public:
  Product(Context& context, Storage& storage, const Shape& shape, const PanelKernels& kernels)
      : pool_(context.pool),
        shape_(shape),
        kernels_(kernels),
        storage_(storage.reserve(shape.copies() * shape.weight_bytes())),
        activations_(shape.m * activation_bytes(shape.cols), Pages::kHuge),
        y_(shape.m * shape.rows) {
    const AlignedVector<float> x = random_floats(shape.m * shape.cols, 1);
    for (std::size_t i = 0; i < shape.m; ++i) {
      std::byte* memory = activations_.data() + i * activation_bytes(shape.cols);
      x_.push_back(activations_at(memory, shape.cols));
      std::copy_n(x.data() + i * shape.cols, shape.cols, x_.back().values);
      select_variant(quantize_activations_variants(), context.isa)
          .function(x_.back(), shape.cols, 0, shape.cols);
    }
    fill_weights();
    reader_.emplace(context, storage_,
                    std::min(kSampleBytes, shape.copies() * shape.weight_bytes()));
  }

  void run() { multiply(kernels_, take_copy()); }
  void read() {
    reader_->read(storage_ + take_copy() * shape_.weight_bytes(), shape_.weight_bytes());
  }

  // Two panels against the oracle: all of them would take minutes.
  std::string verify() {
    std::fill(y_.begin(), y_.end(), std::numeric_limits<float>::quiet_NaN());
    multiply(kernels_, 0);
    const AlignedVector<float> got = y_;
    const PanelWeights w = weights(0);
    for (const std::size_t panel : {std::size_t{0}, w.panels() - 1}) {
      panel_variants().back().function.matmul(arguments(w, panel, panel + 1));
      for (std::size_t m = 0; m < shape_.m; ++m) {
        const std::size_t at = m * shape_.rows + panel * kPanelRows;
        const std::size_t count = std::min(kPanelRows, shape_.rows - panel * kPanelRows);
        // Weights and activations are below 1 in magnitude, give or take a step.
        const double bound = 8 * std::sqrt(static_cast<double>(shape_.cols)) *
                             static_cast<double>(shape_.cols) *
                             std::numeric_limits<float>::epsilon();
        std::string difference = first_difference({&got[at], count}, {&y_[at], count},
                                                  [&](std::size_t) { return bound; });
        if (!difference.empty()) return fmt::format("row {} panel {}: {}", m, panel, difference);
      }
    }
    return "";
  }

 private:
  PanelWeights weights(std::size_t copy) const {
    return {shape_.dtype, storage_ + copy * shape_.weight_bytes(), shape_.rows, shape_.cols,
            panel_bytes(shape_.dtype, shape_.cols)};
  }

  PanelMatmulArgs arguments(const PanelWeights& w, std::size_t begin, std::size_t end) {
    return {.weights = &w,
            .x = x_.data(),
            .y = y_.data(),
            .y_stride = shape_.rows,
            .m = shape_.m,
            .panel_begin = begin,
            .panel_end = end,
            .accumulate = false,
            .prefetch_bytes = kPanelPrefetchBytes};
  }

  // Each thread writes the panels it will read, so that on a NUMA machine they are near it.
  void fill_weights() {
    constexpr std::size_t kDistinctPanels = 4;
    const std::size_t size = panel_bytes(shape_.dtype, shape_.cols);
    const std::size_t stride = row_bytes(shape_.dtype, shape_.cols);
    const AlignedVector<float> values =
        random_floats(kDistinctPanels * kPanelRows * shape_.cols, 2);
    AlignedVector<std::byte> rows(kPanelRows * stride);
    Buffer distinct(kDistinctPanels * size, Pages::kSmall);
    for (std::size_t p = 0; p < kDistinctPanels; ++p) {
      for (std::size_t r = 0; r < kPanelRows; ++r) {
        quantize_row(shape_.dtype, values.data() + (p * kPanelRows + r) * shape_.cols,
                     rows.data() + r * stride, shape_.cols);
      }
      pack_panel(shape_.dtype, rows.data(), kPanelRows, shape_.cols, distinct.data() + p * size);
    }
    for (std::size_t copy = 0; copy < shape_.copies(); ++copy) {
      std::byte* panels = storage_ + copy * shape_.weight_bytes();
      for_panels([&](std::size_t begin, std::size_t end) {
        for (std::size_t p = begin; p < end; ++p) {
          std::memcpy(panels + p * size, distinct.data() + p % kDistinctPanels * size, size);
        }
      });
    }
  }

  std::size_t take_copy() {
    const std::size_t copy = next_copy_;
    next_copy_ = (next_copy_ + 1) % shape_.copies();
    return copy;
  }

  template <typename Body>
  void for_panels(Body&& body) {
    pool_.for_ranges(static_cast<std::int64_t>(shape_.panels()), 1,
                     [&](int, std::int64_t begin, std::int64_t end) {
                       body(static_cast<std::size_t>(begin), static_cast<std::size_t>(end));
                     });
  }

  void multiply(const PanelKernels& kernels, std::size_t copy) {
    const PanelWeights w = weights(copy);
    for_panels(
        [&](std::size_t begin, std::size_t end) { kernels.matmul(arguments(w, begin, end)); });
  }

  ThreadPool& pool_;
  Shape shape_;
  PanelKernels kernels_;
  std::byte* storage_;
  Buffer activations_;
  std::vector<Activations> x_;
  AlignedVector<float> y_;
  std::size_t next_copy_ = 0;
  std::optional<StreamReader> reader_;
};

// Every type on one shape; with `thorough`, what the best variant is held to.
std::vector<Shape> all_shapes(bool thorough) {
  std::vector<Shape> shapes;
  for (const DTypeTraits& type : all_dtypes()) {
    shapes.push_back({type.dtype, 1, 4096, 4096});
    if (thorough) shapes.push_back({type.dtype, 1, 11008, 4096});
  }
  if (!thorough) return shapes;
  for (const DType dtype : {DType::kQ4_0, DType::kQ4_K, DType::kQ8_0}) {
    for (const std::size_t m : {2U, 4U, 8U, 12U}) shapes.push_back({dtype, m, 4096, 4096});
  }
  return shapes;
}

}  // namespace

void add_panel_matmul_benchmarks(Suite& suite) {
  Context& context = suite.context;
  const std::string_view best = select_variant(panel_variants(), context.isa).name;
  for (const auto& variant : panel_variants()) {
    if (variant.isa > context.isa || !context.features.has(variant.isa)) continue;
    for (const Shape& shape : all_shapes(variant.name == best)) {
      // The oracle: once is enough to see it rot.
      if (variant.name == "reference" && shape.dtype != DType::kQ4_K) continue;
      suite.add("panel_matmul", dtype_traits(shape.dtype).name, variant.name, shape.text(),
                cost_of(shape, context.pool.threads()),
                [&context, &storage = suite.storage, shape, kernels = variant.function] {
                  const auto product = std::make_shared<Product>(context, storage, shape, kernels);
                  return Workload{[product] { return product->verify(); },
                                  [product] { product->run(); }, [product] { product->read(); }};
                });
    }
  }
}

}  // namespace woolly::micro
