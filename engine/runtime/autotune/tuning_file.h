// What was measured on a host, kept in a JSON file in the user's cache folder:
//   {"format": 1, "cpu": "...", "build": "...", "products": [{"isa": "avx512vnni", "threads": 2,
//    "type": "Q4_K", "rows": 5632, "cols": 2048, "gemm_rows": 10, "prefetch_bytes": 6144}, ...]}
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/base/cpu_features.h"
#include "engine/runtime/autotune/measure_products.h"

namespace woolly {

// A file of another processor or build is refused: what is quicker may be the other way round.
struct TuningHost {
  std::string cpu;    // cpu_name()
  std::string build;  // version and commit of this program

  bool operator==(const TuningHost&) const = default;
};

TuningHost this_tuning_host();

struct StoredProduct {
  Isa isa = Isa::kGeneric;
  int threads = 0;
  TunedProduct tuned;
};

struct StoredTuning {
  std::vector<StoredProduct> products;
  std::string refused;  // one line: why what is there is not used; "": it is, or there is no file
};

// DIR/kernels-HOSTNAME.json
std::filesystem::path tuning_file(const std::filesystem::path& directory);

StoredTuning read_tuning(const std::filesystem::path& file, const TuningHost& host);

// Replaces the file, atomically; makes its folder. Throws Error (usage).
void write_tuning(const std::filesystem::path& file, const TuningHost& host,
                  const std::vector<StoredProduct>& products);

// $XDG_CACHE_HOME/woolly, else $HOME/.cache/woolly; "" where neither is an absolute path.
std::string default_tuning_directory();

}  // namespace woolly
