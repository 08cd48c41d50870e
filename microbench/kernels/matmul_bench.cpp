// matmul on the shapes of llama-7b (4096, 11008) and tinyllama-1.1b (2048, 5632). With few rows of
// activations the weights come from memory, as they do in a model: copies of them are used in turn.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <vector>

#include "engine/kernels/matmul/matmul.h"
#include "engine/kernels/quantize_row/quantize_row.h"
#include "microbench/harness/aligned_vector.h"
#include "microbench/harness/inputs.h"
#include "microbench/kernels/benchmarks.h"

namespace woolly::micro {
namespace {

// Up to here a product is bound by reading its weights.
constexpr std::size_t kFewRows = 8;
// As the forward pass divides a product.
constexpr std::int64_t kRowGrain = 16;

struct Shape {
  DType dtype;
  std::size_t m, rows, cols;

  std::size_t weight_bytes() const { return rows * row_bytes(dtype, cols); }
  bool few_rows() const { return m <= kFewRows; }
  std::string text() const { return fmt::format("m{}_n{}_k{}", m, rows, cols); }
};

Cost cost_of(const Shape& s, int threads) {
  return {.bytes = static_cast<double>(s.weight_bytes() + 4 * s.m * (s.cols + s.rows)),
          .flops = 2.0 * static_cast<double>(s.m) * static_cast<double>(s.rows * s.cols),
          .bound = s.few_rows() ? Bound::kMemory : Bound::kCompute,
          .threads = threads};
}

class Product {
 public:
  Product(Context& context, Storage& storage, const Shape& shape, MatmulFn function)
      : pool_(context.pool),
        shape_(shape),
        function_(function),
        copies_(shape.few_rows() ? uncached_copies(shape.weight_bytes()) : 1),
        storage_(storage.reserve(copies_ * shape.weight_bytes())),
        x_(random_floats(shape.m * shape.cols, 1)),
        y_(shape.m * shape.rows),
        scratch_(static_cast<std::size_t>(pool_.threads())) {
    for (auto& floats : scratch_) floats.resize(matmul_scratch_floats(shape.m, shape.cols));
    for (std::size_t copy = 0; copy < copies_; ++copy) {
      weights_.push_back(make_matmul_weights(shape.dtype, storage_ + copy * shape.weight_bytes(),
                                             shape.rows, shape.cols, context.isa));
    }
    fill_weights();
  }

  void run() {
    multiply(weights_[next_copy_]);
    next_copy_ = (next_copy_ + 1) % copies_;
  }

  // A few rows of weights, spread over all, against the reference: all of them would take minutes.
  std::string verify() {
    std::fill(y_.begin(), y_.end(), std::numeric_limits<float>::quiet_NaN());
    multiply(weights_[0]);
    constexpr std::size_t kVerifiedRows = 16;
    const std::size_t step = std::max<std::size_t>(1, (shape_.rows - 1) / (kVerifiedRows - 1));
    AlignedVector<float> expected(y_.size());
    const MatmulFn reference = matmul_variants().back().function;
    for (std::size_t n = 0; n < shape_.rows; n += step) {
      reference(arguments(weights_[0], expected.data(), 0, n, n + 1));
      std::string difference = compare_row(n, expected);
      if (!difference.empty()) return difference;
    }
    return "";
  }

 private:
  // Each thread writes the rows it will read, so that on a NUMA machine they are near it.
  void fill_weights() {
    constexpr std::size_t kDistinctRows = 64;
    const std::size_t bytes = row_bytes(shape_.dtype, shape_.cols);
    AlignedVector<std::byte> pattern(kDistinctRows * bytes);
    const AlignedVector<float> values = random_floats(kDistinctRows * shape_.cols, 2);
    for (std::size_t n = 0; n < kDistinctRows; ++n) {
      quantize_row(shape_.dtype, values.data() + n * shape_.cols, pattern.data() + n * bytes,
                   shape_.cols);
    }
    for (std::size_t copy = 0; copy < copies_; ++copy) {
      std::byte* weights = storage_ + copy * shape_.weight_bytes();
      for_row_ranges([&](std::size_t, std::size_t begin, std::size_t end) {
        for (std::size_t n = begin; n < end; ++n) {
          std::memcpy(weights + n * bytes, pattern.data() + n % kDistinctRows * bytes, bytes);
        }
      });
    }
  }

  template <typename Body>
  void for_row_ranges(Body&& body) {
    pool_.for_ranges(static_cast<std::int64_t>(shape_.rows), kRowGrain,
                     [&](int thread, std::int64_t begin, std::int64_t end) {
                       body(static_cast<std::size_t>(thread), static_cast<std::size_t>(begin),
                            static_cast<std::size_t>(end));
                     });
  }

  MatmulArgs arguments(const MatmulWeights& weights, float* y, std::size_t thread,
                       std::size_t begin, std::size_t end) {
    return {.weights = &weights,
            .x = x_.data(),
            .x_stride = shape_.cols,
            .y = y,
            .y_stride = shape_.rows,
            .m = shape_.m,
            .row_begin = begin,
            .row_end = end,
            .accumulate = false,
            .scratch = scratch_[thread].data()};
  }

  void multiply(const MatmulWeights& weights) {
    for_row_ranges([&](std::size_t thread, std::size_t begin, std::size_t end) {
      function_(arguments(weights, y_.data(), thread, begin, end));
    });
  }

  // Within the error bound that matmul.h states.
  std::string compare_row(std::size_t n, const AlignedVector<float>& expected) {
    AlignedVector<float> weights(shape_.cols);
    weights_[0].dequantize(weights_[0].row(n), weights.data(), shape_.cols);
    for (std::size_t m = 0; m < shape_.m; ++m) {
      double magnitude = 0;
      for (std::size_t k = 0; k < shape_.cols; ++k) {
        magnitude += std::fabs(static_cast<double>(x_[m * shape_.cols + k]) * weights[k]);
      }
      const double bound =
          static_cast<double>(shape_.cols) * std::numeric_limits<float>::epsilon() * magnitude;
      const std::size_t at = m * shape_.rows + n;
      std::string difference =
          first_difference({&y_[at], 1}, {&expected[at], 1}, [&](std::size_t) { return bound; });
      if (!difference.empty()) return fmt::format("y[{}][{}]: {}", m, n, difference);
    }
    return "";
  }

  ThreadPool& pool_;
  Shape shape_;
  MatmulFn function_;
  std::size_t copies_;
  std::byte* storage_;
  AlignedVector<float> x_;
  AlignedVector<float> y_;
  std::vector<AlignedVector<float>> scratch_;
  std::vector<MatmulWeights> weights_;
  std::size_t next_copy_ = 0;
};

std::vector<Shape> all_shapes() {
  std::vector<Shape> shapes;
  for (const DType dtype : {DType::kQ4_0, DType::kQ4_K, DType::kQ6_K, DType::kQ8_0, DType::kF16}) {
    shapes.push_back({dtype, 1, 4096, 4096});
    shapes.push_back({dtype, 1, 11008, 4096});
    shapes.push_back({dtype, 1, 2048, 2048});
    shapes.push_back({dtype, 1, 5632, 2048});
  }
  for (const DType dtype : {DType::kQ4_K, DType::kQ8_0}) {
    shapes.push_back({dtype, 8, 4096, 4096});
    shapes.push_back({dtype, 512, 4096, 4096});
    shapes.push_back({dtype, 512, 5632, 2048});
  }
  return shapes;
}

}  // namespace

void add_matmul_benchmarks(Suite& suite) {
  Context& context = suite.context;
  const auto add = [&](const KernelVariant<MatmulFn>& variant, const Shape& shape) {
    suite.add(
        "matmul", dtype_traits(shape.dtype).name, variant.name, shape.text(),
        cost_of(shape, context.pool.threads()),
        [&context, &storage = suite.storage, shape, function = variant.function] {
          const auto product = std::make_shared<Product>(context, storage, shape, function);
          return Workload{[product] { return product->verify(); }, [product] { product->run(); }};
        });
  };
  for (const auto& variant : matmul_variants()) {
    if (variant.isa > context.isa) continue;
    if (variant.name == "reference") {
      add(variant, {DType::kQ4_K, 1, 2048, 2048});  // the oracle: once is enough to see it rot
      continue;
    }
    for (const Shape& shape : all_shapes()) add(variant, shape);
  }
}

}  // namespace woolly::micro
