// The JSON that llama-bench of llama.cpp writes with -o json. Fields come and go between its
// versions, so everything is found by name. Source: tools/llama-bench of ggml-org/llama.cpp.
#pragma once

#include "baselines/import/import.h"

namespace woolly::import {

bool looks_like_llama_bench(const nlohmann::json& json);

// One run per distinct configuration (threads, batch sizes, cache types ...), which becomes the
// environment; so the name of a benchmark is the same whatever else the file holds:
// "llama-bench/MODEL/pp512",
// ".../tg128", ".../pp512_tg128_d1024". Metrics: prefill_tps, decode_tps, and tps for both
// together.
Imported from_llama_bench(const nlohmann::json& json, const Source& source);

}  // namespace woolly::import
