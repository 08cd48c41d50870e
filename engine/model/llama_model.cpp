#include "engine/model/llama_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include <woolly/error.h>

#include "engine/base/hash.h"

namespace woolly {
namespace {

// Takes tensors from the file by name and keeps account of which were taken.
class TensorSource {
 public:
  TensorSource(const gguf::File& file, Isa isa) : file_(file), isa_(isa) {
    for (const gguf::TensorInfo& tensor : file.header().tensors) by_name_[tensor.name] = &tensor;
  }

  bool has(const std::string& name) const { return by_name_.contains(name); }

  MatmulWeights matrix(const std::string& name, std::size_t rows, std::size_t cols) {
    const gguf::TensorInfo& tensor = take(name, cols, rows);
    return make_matmul_weights(tensor.dtype, file_.data(tensor).data(), rows, cols, isa_);
  }

  std::vector<float> vector(const std::string& name, std::size_t length) {
    const gguf::TensorInfo& tensor = take(name, length, 1);
    std::vector<float> values(length);
    select_dequantize_row(tensor.dtype, isa_)(file_.data(tensor).data(), values.data(), length);
    return values;
  }

  [[noreturn]] void fail(const std::string& reason) const {
    throw_usage(fmt::format("{}: {}", file_.path().string(), reason));
  }

  // A tensor nobody asked for would silently change the answer.
  void require_all_taken() const {
    for (const gguf::TensorInfo& tensor : file_.header().tensors) {
      if (!taken_.contains(tensor.name)) {
        fail(fmt::format("tensor {} is not part of a llama model as Woolly knows it", tensor.name));
      }
    }
  }

 private:
  const gguf::TensorInfo& take(const std::string& name, std::size_t row_length, std::size_t rows) {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) fail(fmt::format("tensor {} is missing", name));
    const gguf::TensorInfo& tensor = *found->second;
    if (tensor.row_length() != row_length || tensor.rows() != rows) {
      fail(fmt::format("tensor {} is {} x {}, expected {} x {}", name, tensor.row_length(),
                       tensor.rows(), row_length, rows));
    }
    const std::size_t alignment = tensor.dtype == DType::kF32 ? 4 : 2;
    if (reinterpret_cast<std::uintptr_t>(file_.data(tensor).data()) % alignment != 0) {
      fail(fmt::format("the data of tensor {} is not aligned to {} bytes", name, alignment));
    }
    taken_.insert(name);
    return tensor;
  }

  const gguf::File& file_;
  Isa isa_;
  std::unordered_map<std::string, const gguf::TensorInfo*> by_name_;
  std::unordered_set<std::string> taken_;
};

LayerWeights load_layer(TensorSource& source, const LlamaConfig& c, std::size_t layer) {
  const auto name = [&](std::string_view part) {
    return fmt::format("blk.{}.{}.weight", layer, part);
  };
  LayerWeights w;
  w.attention_norm = source.vector(name("attn_norm"), c.width);
  w.q = source.matrix(name("attn_q"), c.q_width(), c.width);
  w.k = source.matrix(name("attn_k"), c.kv_width(), c.width);
  w.v = source.matrix(name("attn_v"), c.kv_width(), c.width);
  w.attention_out = source.matrix(name("attn_output"), c.width, c.q_width());
  w.ffn_norm = source.vector(name("ffn_norm"), c.width);
  w.gate = source.matrix(name("ffn_gate"), c.ffn_width, c.width);
  w.up = source.matrix(name("ffn_up"), c.ffn_width, c.width);
  w.down = source.matrix(name("ffn_down"), c.width, c.ffn_width);
  return w;
}

// angle(i) = scale * base^(-2i / rotary_dim) / factor(i); the factors (Llama 3.1's long-context
// frequencies) stand in the tensor rope_freqs.weight.
std::vector<double> load_angles(TensorSource& source, const LlamaConfig& c) {
  const std::size_t pairs = c.rotary_dim / 2;
  std::vector<float> factors(pairs, 1.0F);
  if (source.has("rope_freqs.weight")) factors = source.vector("rope_freqs.weight", pairs);
  std::vector<double> angles(pairs);
  for (std::size_t i = 0; i < pairs; ++i) {
    const double exponent = -2.0 * static_cast<double>(i) / static_cast<double>(c.rotary_dim);
    angles[i] = c.rope_scaling.angle_scale(i, c.rotary_dim, c.rope_base) *
                std::pow(c.rope_base, exponent) / factors[i];
    if (!std::isfinite(angles[i])) source.fail(fmt::format("RoPE frequency {} is not finite", i));
  }
  return angles;
}

}  // namespace

LlamaModel LlamaModel::load(const std::filesystem::path& path, Isa isa) {
  LlamaModel model{gguf::File(path), {}, {}, {}, {}, {}, {}};
  try {
    model.config = read_llama_config(model.file.metadata());
  } catch (const Error& error) {
    throw_usage(fmt::format("{}: {}", path.string(), error.message()), error.hint());
  }
  const LlamaConfig& c = model.config;
  TensorSource source(model.file, isa);
  model.embedding = source.matrix("token_embd.weight", c.vocab_size, c.width);
  model.output_norm = source.vector("output_norm.weight", c.width);
  model.output = source.has("output.weight") ? source.matrix("output.weight", c.vocab_size, c.width)
                                             : model.embedding;
  model.layers.reserve(std::min<std::size_t>(c.layers, model.file.header().tensors.size()));
  for (std::size_t layer = 0; layer < c.layers; ++layer) {
    model.layers.push_back(load_layer(source, c, layer));
  }
  model.angles_per_position = load_angles(source, c);
  source.require_all_taken();
  return model;
}

std::uint64_t LlamaModel::parameters() const {
  std::uint64_t count = 0;
  for (const gguf::TensorInfo& tensor : file.header().tensors) count += tensor.elements();
  return count;
}

std::uint64_t LlamaModel::weight_bytes_per_token() const {
  std::uint64_t bytes = output.bytes() + output_norm.size() * sizeof(float);
  for (const LayerWeights& w : layers) {
    for (const MatmulWeights* m : {&w.q, &w.k, &w.v, &w.attention_out, &w.gate, &w.up, &w.down}) {
      bytes += m->bytes();
    }
    bytes += (w.attention_norm.size() + w.ffn_norm.size()) * sizeof(float);
  }
  return bytes;
}

std::string model_content_hash(const gguf::File& file) {
  constexpr std::size_t kEndBytes = 4096;
  const auto size = static_cast<std::uint64_t>(file.file_bytes());
  std::uint64_t hash = fnv1a(std::as_bytes(std::span(&size, 1)));
  hash = fnv1a(file.bytes().first(std::min<std::size_t>(file.header().data_offset, size)), hash);
  for (const gguf::TensorInfo& tensor : file.header().tensors) {
    const auto data = file.data(tensor);
    const std::size_t n = std::min(kEndBytes, data.size());
    hash = fnv1a(data.first(n), hash);
    hash = fnv1a(data.last(n), hash);
  }
  return fmt::format("{:016x}", hash);
}

void rope_angles(const LlamaModel& model, std::size_t position, float* cos_sin) noexcept {
  const double magnitude = model.config.rope_scaling.magnitude();
  for (std::size_t i = 0; i < model.angles_per_position.size(); ++i) {
    const double angle = static_cast<double>(position) * model.angles_per_position[i];
    cos_sin[2 * i] = static_cast<float>(magnitude * std::cos(angle));
    cos_sin[2 * i + 1] = static_cast<float>(magnitude * std::sin(angle));
  }
}

}  // namespace woolly
