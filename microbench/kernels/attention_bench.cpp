// Attention of tinyllama-1.1b (32 heads in 4 groups of 64) and llama-7b (32 heads of 128), f16
// cache; flash_attention and bf16_attention of many queries. Decoding takes another layer's cache
// at each call, as a model does, so it comes from memory.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/kernels/attention/attention.h"
#include "engine/kernels/attention/flash.h"
#include "engine/kernels/bf16_attention/bf16_attention.h"
#include "engine/tensor/half.h"
#include "microbench/harness/aligned_vector.h"
#include "microbench/harness/inputs.h"
#include "microbench/kernels/benchmarks.h"

namespace woolly::micro {
namespace {

constexpr DType kKvType = DType::kF16;

struct Shape {
  std::size_t m, position, heads, kv_heads, head_dim;

  // Whole panels of keys.
  std::size_t context() const { return position + m; }
  std::size_t cache_values() const { return kv_heads * context() * head_dim; }
  std::size_t cache_bytes() const { return 2 * sizeof(std::uint16_t) * cache_values(); }
  std::string text() const {
    return fmt::format("m{}_p{}_h{}_kv{}_d{}", m, position, heads, kv_heads, head_dim);
  }
};

// What is timed, and what it is checked against: up to `tolerance` of the largest |v|, which is 1.
struct Kernel {
  double tolerance;
  Bound bound;
  AttentionFn function = nullptr;
  AttentionFn oracle = nullptr;
  std::size_t piece = 0;  // queries of a call at most
};

Cost cost_of(const Shape& s, Bound bound, int threads) {
  double pairs = 0;  // of a query and a key it sees
  for (std::size_t t = 0; t < s.m; ++t) pairs += static_cast<double>(s.position + t + 1);
  return {.bytes = static_cast<double>(s.cache_bytes()),
          .flops = 4 * pairs * static_cast<double>(s.heads * s.head_dim),
          .bound = bound,
          .threads = threads};
}

class Layers {
 public:
  Layers(Context& context, Storage& storage, const Shape& shape, const Kernel& kernel)
      : pool_(context.pool),
        shape_(shape),
        kernel_(kernel),
        layers_(shape.m == 1 ? uncached_copies(shape.cache_bytes()) : 1),
        cache_(reinterpret_cast<std::uint16_t*>(storage.reserve(layers_ * shape.cache_bytes()))),
        q_(random_floats(shape.m * shape.heads * shape.head_dim, 1)),
        out_(q_.size()),
        to_float_(select_dequantize_row(kKvType, context.isa)),
        softmax_(select_variant(softmax_variants(), context.isa).function),
        scratch_(static_cast<std::size_t>(pool_.threads())) {
    for (auto& floats : scratch_) {
      const std::size_t group = shape.heads / shape.kv_heads;
      floats.resize(std::max({flash_attention_scratch_floats(kernel.piece, group, shape.head_dim),
                              bf16_attention_scratch_floats(kernel.piece, group, shape.head_dim),
                              attention_scratch_floats(shape.heads, shape.kv_heads, shape.context(),
                                                       shape.head_dim)}));
    }
    const AlignedVector<float> values = random_floats(2 * shape.cache_values(), 2);
    AlignedVector<std::uint16_t> halves(values.size());
    std::transform(values.begin(), values.end(), halves.begin(), float_to_half);
    for (std::size_t layer = 0; layer < layers_; ++layer) {
      std::copy(halves.begin(), halves.end(), keys(layer));
    }
  }

  void run() {
    attend(kernel_.function, layer_, {0, shape_.m, kernel_.piece}, out_.data());
    layer_ = (layer_ + 1) % layers_;
  }

  // Of many queries the first and the last: all take the oracle longer than they are timed.
  std::string verify() {
    constexpr std::size_t kChecked = 32;
    std::fill(out_.begin(), out_.end(), std::numeric_limits<float>::quiet_NaN());
    attend(kernel_.function, 0, {0, shape_.m, kernel_.piece}, out_.data());
    AlignedVector<float> expected = out_;
    const std::size_t count = std::min(kChecked, shape_.m);
    for (const std::size_t begin : {std::size_t{0}, shape_.m - count}) {
      attend(kernel_.oracle, 0, {begin, begin + count, count}, expected.data());
    }
    return first_difference(out_, expected, [&](std::size_t) { return kernel_.tolerance; });
  }

 private:
  std::uint16_t* keys(std::size_t layer) { return cache_ + layer * 2 * shape_.cache_values(); }

  struct Queries {
    std::size_t begin, end, piece;
  };
  void attend(AttentionFn function, std::size_t layer, const Queries& queries, float* out) {
    const std::uint16_t* k = keys(layer);
    const std::size_t stride = shape_.heads * shape_.head_dim;
    const auto attend_head = [&](int thread, std::size_t head) {
      for (std::size_t first = queries.begin; first < queries.end; first += queries.piece) {
        function({.q = q_.data() + first * stride,
                  .k = reinterpret_cast<const std::byte*>(k),
                  .v = reinterpret_cast<const std::byte*>(k + shape_.cache_values()),
                  .kv_type = kKvType,
                  .out = out + first * stride,
                  .m = std::min(queries.piece, queries.end - first),
                  .position = shape_.position + first,
                  .context = shape_.context(),
                  .heads = shape_.heads,
                  .kv_heads = shape_.kv_heads,
                  .head_dim = shape_.head_dim,
                  .scale = 1 / std::sqrt(static_cast<float>(shape_.head_dim)),
                  .kv_begin = head,
                  .kv_end = head + 1,
                  .to_float = to_float_,
                  .softmax = softmax_,
                  .scratch = scratch_[static_cast<std::size_t>(thread)].data()});
      }
    };
    pool_.for_ranges(static_cast<std::int64_t>(shape_.kv_heads), 1,
                     [&](int thread, std::int64_t begin, std::int64_t end) {
                       for (std::int64_t head = begin; head < end; ++head) {
                         attend_head(thread, static_cast<std::size_t>(head));
                       }
                     });
  }

  ThreadPool& pool_;
  Shape shape_;
  Kernel kernel_;
  std::size_t layers_;
  std::uint16_t* cache_;
  AlignedVector<float> q_;
  AlignedVector<float> out_;
  DequantizeRowFn to_float_;
  SoftmaxFn softmax_;
  std::vector<AlignedVector<float>> scratch_;
  std::size_t layer_ = 0;
};

constexpr Shape kDecode{1, 511, 32, 4, 64};
constexpr Shape kShapes[] = {
    kDecode, {1, 2047, 32, 4, 64}, {1, 511, 32, 32, 128}, {512, 0, 32, 4, 64}};
constexpr Shape kPrefill[] = {{512, 0, 32, 4, 64}, {512, 3584, 32, 4, 64}, {512, 0, 32, 32, 128}};
constexpr std::size_t kFlashQueries = 192;  // of all heads of a group, in a call

}  // namespace

void add_attention_benchmarks(Suite& suite) {
  Context& context = suite.context;
  const auto add = [&](std::string_view operation, std::string_view variant, const Shape& shape,
                       const Kernel& kernel) {
    suite.add(operation, dtype_traits(kKvType).name, variant, shape.text(),
              cost_of(shape, kernel.bound, context.pool.threads()),
              [&context, &storage = suite.storage, shape, kernel] {
                const auto layers = std::make_shared<Layers>(context, storage, shape, kernel);
                return Workload{[layers] { return layers->verify(); }, [layers] { layers->run(); }};
              });
  };
  const AttentionFn oracle = attention_variants().back().function;
  for (const auto& variant : attention_variants()) {
    if (variant.isa > context.isa) continue;
    for (const Shape& shape : kShapes) {
      const Bound bound = shape.m == 1 ? Bound::kMemory : Bound::kCompute;
      add("attention", variant.name, shape, {1e-5, bound, variant.function, oracle, shape.m});
      if (variant.name == "reference") break;
    }
  }
  const auto add_prefill = [&](std::string_view operation, const auto& variants, Kernel kernel) {
    kernel.oracle = variants.back().function;
    for (const auto& variant : variants) {
      if (variant.isa > context.isa || variant.name == "reference") continue;
      kernel.function = variant.function;
      for (const Shape& shape : kPrefill) {
        kernel.piece = kFlashQueries * shape.kv_heads / shape.heads;
        add(operation, variant.name, shape, kernel);
      }
    }
  };
  add_prefill("flash_attention", flash_attention_variants(), {1e-5, Bound::kCompute});
  add_prefill("bf16_attention", bf16_attention_variants(), {1.0 / 256, Bound::kBf16});
}

}  // namespace woolly::micro
