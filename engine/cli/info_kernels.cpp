#include "engine/cli/info_kernels.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/cli/aligned_table.h"
#include "engine/model/gemm_rows.h"
#include "engine/runtime/autotune/tuning_file.h"

namespace woolly::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string status_of(const std::filesystem::path& directory, const StoredTuning& stored) {
  if (directory.empty()) return "there is no cache folder: neither XDG_CACHE_HOME nor HOME is set";
  if (!stored.refused.empty()) return "refused, to be measured anew: " + stored.refused;
  if (stored.products.empty()) return "nothing is measured yet: the first woolly run does it";
  return "in use";
}

Json json_of(const StoredProduct& product) {
  const auto& [shape, gemm_rows, prefetch_bytes] = product.tuned;
  return {{"isa", isa_name(product.isa)},
          {"threads", product.threads},
          {"type", dtype_traits(shape.type).name},
          {"rows", shape.rows},
          {"cols", shape.cols},
          {"gemm_rows", gemm_rows},
          {"prefetch_bytes", prefetch_bytes}};
}

std::string rows_text(std::size_t gemm_rows) {
  return gemm_rows > kMostFewRows ? fmt::format("> {}", kMostFewRows)
                                  : fmt::format("{}", gemm_rows);
}

std::string measured_table(const StoredTuning& stored, const GemmRows& defaults) {
  std::vector<std::vector<std::string>> rows{
      {"isa", "threads", "type", "shape", "gemm rows", "default", "prefetch", "default"}};
  for (const StoredProduct& product : stored.products) {
    const auto& [shape, gemm_rows, prefetch_bytes] = product.tuned;
    rows.push_back({std::string(isa_name(product.isa)), fmt::format("{}", product.threads),
                    std::string(dtype_traits(shape.type).name),
                    fmt::format("{} x {}", shape.rows, shape.cols), rows_text(gemm_rows),
                    rows_text(defaults.of(shape.type)), fmt::format("{}", prefetch_bytes),
                    fmt::format("{}", kPanelPrefetchBytes)});
  }
  return aligned_table(rows, {false, true, false, true, true, true, true, true});
}

}  // namespace

void print_kernels(const std::filesystem::path& directory, bool json) {
  const TuningHost host = this_tuning_host();
  const std::filesystem::path file = directory.empty() ? directory : tuning_file(directory);
  const StoredTuning stored = directory.empty() ? StoredTuning{} : read_tuning(file, host);
  const std::string status = status_of(directory, stored);
  const GemmRows defaults;
  if (json) {
    Json products = Json::array();
    for (const StoredProduct& product : stored.products) products.push_back(json_of(product));
    Json fixed = Json::object();
    for (const DTypeTraits& type : all_dtypes()) {
      fixed[std::string(type.name)] = defaults.of(type.dtype);
    }
    const Json whole{{"file", file.string()},
                     {"status", status},
                     {"cpu", host.cpu},
                     {"products", products},
                     {"default_gemm_rows", fixed},
                     {"default_prefetch_bytes", kPanelPrefetchBytes}};
    fmt::print("{}\n", whole.dump(2, ' ', false, Json::error_handler_t::replace));
    return;
  }
  fmt::print("file    {}\nstatus  {}\ncpu     {}\n", file.string(), status, host.cpu);
  if (stored.products.empty()) return;
  fmt::print(
      "\nFrom `gemm rows` on, a product decodes its weights once for all rows of activations; "
      "a product of\none row fetches `prefetch` bytes ahead of its reads.\n\n{}",
      measured_table(stored, defaults));
}

}  // namespace woolly::cli
