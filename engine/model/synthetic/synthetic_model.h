// Writes models of random weights for benchmarks and tests: real shapes, real file layout, a
// working tokenizer, and activations of sane size, so that every code path runs as it does on a
// real model.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "engine/base/thread_pool.h"

namespace woolly {

struct SyntheticOptions {
  std::string preset = "tiny";  // a name of synthetic_presets() in preset.h
  std::string type = "Q4_K_M";  // a name of type_mixes() in type_mix.h
  std::uint64_t seed = 1;
  std::uint32_t context_length = 0;  // tokens the model says it is made for; 0: the preset's
  std::filesystem::path output;
  std::function<void(double fraction)> progress;  // may be empty; called now and then, last with 1
};

// A GGUF version 3 file of the llama architecture. The bytes depend on preset, type, seed and
// context only, not on the number of threads or the machine; the weights before rounding not on the
// type. Memory: some 20 MB whatever the model. Time: about 7 ns of processor time a weight. Throws
// Error (usage) for unknown names and when the file cannot be written; then there is no file.
void write_synthetic_model(const SyntheticOptions& options, ThreadPool& pool);

}  // namespace woolly
