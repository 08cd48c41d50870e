// Woolly's own JSON: the record of `woolly bench --json`, an array of such records, or the document
// of `woolly db export`: {"format": "woolly-export", "version": 1, "runs": [record + "baselines":
// ["NAME" or {"name", "branch"}, ...]]}.
#pragma once

#include "baselines/import/import.h"

namespace woolly::import {

inline constexpr const char* kExportFormat = "woolly-export";
inline constexpr int kExportVersion = 1;

bool looks_like_woolly(const nlohmann::json& json);

Imported from_woolly(const nlohmann::json& json, const Source& source);

}  // namespace woolly::import
