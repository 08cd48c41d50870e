// Attention of one token, keys shared among all threads: tinyllama-1.1b (32 heads in 4 groups of
// 64), llama-7b (32 heads of 128), llama-3-8b (32 heads in 8 groups of 128). Each call takes
// another layer's cache, as a model does, so it comes from memory.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <vector>

#include "engine/kernels/attention/decode.h"
#include "engine/kernels/attention/decode_split.h"
#include "engine/kernels/attention/key_panels.h"
#include "engine/kernels/quantize_row/quantize_row.h"
#include "microbench/harness/aligned_vector.h"
#include "microbench/harness/inputs.h"
#include "microbench/kernels/benchmarks.h"

namespace woolly::micro {
namespace {

struct Heads {
  std::size_t heads, kv_heads, head_dim;

  std::size_t group() const { return heads / kv_heads; }
};

struct Shape {
  Heads h;
  std::size_t keys;
  DType kv_type;

  std::size_t head_keys_bytes() const { return key_panels_bytes(kv_type, keys, h.head_dim); }
  std::size_t head_values_bytes() const { return row_bytes(kv_type, keys * h.head_dim); }
  std::size_t keys_bytes() const { return h.kv_heads * head_keys_bytes(); }
  std::size_t values_bytes() const { return h.kv_heads * head_values_bytes(); }
  std::size_t cache_bytes() const { return keys_bytes() + values_bytes(); }
  std::string text() const {
    return fmt::format("k{}_h{}_kv{}_d{}", keys, h.heads, h.kv_heads, h.head_dim);
  }
};

Cost cost_of(const Shape& s, int threads) {
  return {.bytes = static_cast<double>(s.cache_bytes()),
          .flops = 4 * static_cast<double>(s.keys * s.h.heads * s.h.head_dim),
          .bound = Bound::kMemory,
          .threads = threads};
}

class Layers {
 public:
  Layers(Context& context, Storage& storage, const Shape& shape, DecodeAttentionFn function)
      : pool_(context.pool),
        shape_(shape),
        function_(function),
        split_(shape.h.kv_heads, shape.keys, static_cast<std::size_t>(pool_.threads())),
        layers_(uncached_copies(shape.cache_bytes())),
        cache_(storage.reserve(layers_ * shape.cache_bytes())),
        q_(random_floats(shape.h.heads * shape.h.head_dim, 1)),
        out_(q_.size()),
        partial_floats_(decode_partial_floats(shape.h.group(), shape.h.head_dim)),
        partials_(
            partial_floats_ *
            DecodeSplit::slot_count(shape.h.kv_heads, static_cast<std::size_t>(pool_.threads()))) {
    fill();
  }

  void run() {
    attend(function_, layer_, out_.data());
    layer_ = (layer_ + 1) % layers_;
  }

  std::string verify() {
    std::fill(out_.begin(), out_.end(), std::numeric_limits<float>::quiet_NaN());
    attend(function_, 0, out_.data());
    AlignedVector<float> expected(out_.size());
    attend(decode_attention_variants().back().function, 0, expected.data());
    constexpr double kTolerance = 1e-5;  // of the largest |v|, which is 1
    return first_difference(out_, expected, [](std::size_t) { return kTolerance; });
  }

 private:
  // Random rows over and over, another beginning for every head: to draw and quantize all of up to
  // a GiB took longer than measuring.
  void fill() {
    constexpr std::size_t kRows = 63 * kPanelKeys;
    const std::size_t d = shape_.h.head_dim;
    const AlignedVector<float> floats = random_floats(kRows * d, 2);
    AlignedVector<std::byte> rows(kRows * row_bytes(shape_.kv_type, d));
    AlignedVector<std::byte> panels(rows.size());
    quantize_row(shape_.kv_type, floats.data(), rows.data(), floats.size());
    for (std::size_t j = 0; j < kRows; ++j) {
      write_key(shape_.kv_type, floats.data() + j * d, d, panels.data(), j);
    }
    for (std::size_t layer = 0; layer < layers_; ++layer) {
      repeat(panels, keys(layer), shape_.keys_bytes());
      repeat(rows, keys(layer) + shape_.keys_bytes(), shape_.values_bytes());
    }
  }

  static void repeat(const AlignedVector<std::byte>& pattern, std::byte* to, std::size_t bytes) {
    for (std::size_t at = 0; at < bytes; at += pattern.size()) {
      std::memcpy(to + at, pattern.data(), std::min(pattern.size(), bytes - at));
    }
  }

  std::byte* keys(std::size_t layer) { return cache_ + layer * shape_.cache_bytes(); }

  void attend(DecodeAttentionFn function, std::size_t layer, float* out) {
    const std::byte* k = keys(layer);
    const std::size_t group = shape_.h.group();
    const std::size_t d = shape_.h.head_dim;
    pool_.run([&](int thread) {
      split_.for_ranges(static_cast<std::size_t>(thread), [&](std::size_t head, std::size_t begin,
                                                              std::size_t end, std::size_t slot) {
        function({.q = q_.data() + head * group * d,
                  .k = k + head * shape_.head_keys_bytes(),
                  .v = k + shape_.keys_bytes() + head * shape_.head_values_bytes(),
                  .kv_type = shape_.kv_type,
                  .key_begin = begin,
                  .key_end = end,
                  .group = group,
                  .head_dim = d,
                  .scale = 1 / std::sqrt(static_cast<float>(d)),
                  .partial = partials_.data() + slot * partial_floats_});
      });
    });
    pool_.for_ranges(static_cast<std::int64_t>(shape_.h.kv_heads), 1,
                     [&](int, std::int64_t begin, std::int64_t end) {
                       for (auto i = begin; i < end; ++i) {
                         const auto head = static_cast<std::size_t>(i);
                         const auto [first, count] = split_.slots(head);
                         merge_decode_attention(partials_.data() + first * partial_floats_, count,
                                                group, d, out + head * group * d);
                       }
                     });
  }

  ThreadPool& pool_;
  Shape shape_;
  DecodeAttentionFn function_;
  DecodeSplit split_;
  std::size_t layers_;
  std::byte* cache_;
  AlignedVector<float> q_;
  AlignedVector<float> out_;
  std::size_t partial_floats_;
  AlignedVector<float> partials_;
  std::size_t layer_ = 0;
};

constexpr Heads kHeads[] = {{32, 4, 64}, {32, 32, 128}, {32, 8, 128}};
constexpr std::size_t kKeys[] = {512, 2047, 8192};
constexpr DType kTypes[] = {DType::kF16, DType::kQ8_0};

}  // namespace

void add_decode_attention_benchmarks(Suite& suite) {
  Context& context = suite.context;
  const auto add = [&](const KernelVariant<DecodeAttentionFn>& variant, const Shape& shape) {
    suite.add("decode_attention", dtype_traits(shape.kv_type).name, variant.name, shape.text(),
              cost_of(shape, context.pool.threads()),
              [&context, &storage = suite.storage, shape, function = variant.function] {
                const auto layers = std::make_shared<Layers>(context, storage, shape, function);
                return Workload{[layers] { return layers->verify(); }, [layers] { layers->run(); }};
              });
  };
  for (const auto& variant : decode_attention_variants()) {
    if (variant.isa > context.isa) continue;
    for (const DType type : kTypes) {
      if (variant.name == "reference") {
        add(variant, {kHeads[0], kKeys[0], type});
        continue;
      }
      for (const Heads& heads : kHeads) {
        for (const std::size_t keys : kKeys) add(variant, {heads, keys, type});
      }
    }
  }
}

}  // namespace woolly::micro
