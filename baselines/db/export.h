// Runs as text for other programs.
#pragma once

#include <string>
#include <vector>

#include "baselines/store/store.h"

namespace woolly::db {

// The document of baselines/import/woolly_json.h: importing it gives the same runs and baselines
// again. `ids` in the order in which they are written.
std::string export_json(const store::Store& store, const std::vector<store::RunId>& ids);

// One line a sample, RFC 4180:
// run,producer,started_at,machine_id,commit,dirty,benchmark,metric,unit, launch,value,answer_hash.
std::string export_csv(const store::Store& store, const std::vector<store::RunId>& ids);

// Quoted when it has to be.
std::string csv_field(const std::string& text);

}  // namespace woolly::db
