// The JSON that hyperfine writes with --export-json. Source: src/export/json.rs of
// sharkdp/hyperfine.
#pragma once

#include "baselines/import/import.h"

namespace woolly::import {

bool looks_like_hyperfine(const nlohmann::json& json);

// One run, a benchmark per command. Its times are the samples of wall_ms, its memory_usage_byte
// those of max_rss_bytes; a command that failed is left out with a warning.
Imported from_hyperfine(const nlohmann::json& json, const Source& source);

}  // namespace woolly::import
