#include "engine/runtime/autotune/tuning_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include <woolly/error.h>
#include <woolly/version.h>

#include "engine/base/cpu_name.h"
#include "engine/base/file.h"
#include "engine/model/gemm_rows.h"

namespace woolly {
namespace {

constexpr int kFormat = 1;
constexpr std::size_t kMostPrefetchBytes = std::size_t{1} << 16;

// Throws nlohmann's exceptions, or std::out_of_range for a value that cannot be.
StoredProduct product_of(const nlohmann::json& json) {
  StoredProduct product;
  const auto isa = isa_from_name(json.at("isa").get<std::string>());
  const auto type = dtype_from_name(json.at("type").get<std::string>());
  product.threads = json.at("threads").get<int>();
  TunedProduct& tuned = product.tuned;
  tuned.shape.rows = json.at("rows").get<std::size_t>();
  tuned.shape.cols = json.at("cols").get<std::size_t>();
  tuned.gemm_rows = json.at("gemm_rows").get<std::size_t>();
  tuned.prefetch_bytes = json.at("prefetch_bytes").get<std::size_t>();
  if (!isa || !type || tuned.gemm_rows < 1 || tuned.gemm_rows > kMostFewRows + 1 ||
      tuned.prefetch_bytes > kMostPrefetchBytes || tuned.prefetch_bytes % 64 != 0) {
    throw std::out_of_range("a value that cannot be");
  }
  product.isa = *isa;
  tuned.shape.type = *type;
  return product;
}

nlohmann::ordered_json json_of(const StoredProduct& product) {
  return {{"isa", isa_name(product.isa)},
          {"threads", product.threads},
          {"type", dtype_traits(product.tuned.shape.type).name},
          {"rows", product.tuned.shape.rows},
          {"cols", product.tuned.shape.cols},
          {"gemm_rows", product.tuned.gemm_rows},
          {"prefetch_bytes", product.tuned.prefetch_bytes}};
}

}  // namespace

TuningHost this_tuning_host() {
  const BuildInfo& build = build_info();
  return {cpu_name(),
          fmt::format("{} {}{}", build.version, build.commit, build.dirty ? " dirty" : "")};
}

std::filesystem::path tuning_file(const std::filesystem::path& directory) {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0')
    return directory / "kernels.json";
  return directory / fmt::format("kernels-{}.json", name.data());
}

StoredTuning read_tuning(const std::filesystem::path& file, const TuningHost& host) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return {};
  try {
    const auto json = nlohmann::json::parse(read_file(file));
    if (json.at("format").get<int>() != kFormat) return {{}, "it has another format"};
    const TuningHost of{json.at("cpu").get<std::string>(), json.at("build").get<std::string>()};
    if (of.cpu != host.cpu) {
      return {{}, fmt::format("it was measured on another processor ({})", of.cpu)};
    }
    if (of.build != host.build) {
      return {{}, fmt::format("it was measured by another build ({})", of.build)};
    }
    StoredTuning stored;
    for (const auto& product : json.at("products")) stored.products.push_back(product_of(product));
    return stored;
  } catch (const Error& error) {
    return {{}, error.message()};
  } catch (const std::exception&) {
    return {{}, "it is damaged"};
  }
}

void write_tuning(const std::filesystem::path& file, const TuningHost& host,
                  const std::vector<StoredProduct>& products) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const StoredProduct& product : products) list.push_back(json_of(product));
  const nlohmann::ordered_json json{
      {"format", kFormat}, {"cpu", host.cpu}, {"build", host.build}, {"products", list}};
  std::error_code ignored;  // writing says what is wrong
  std::filesystem::create_directories(file.parent_path(), ignored);
  write_file_atomically(file,
                        json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

std::string default_tuning_directory() {
  const auto absolute = [](const char* variable) -> std::string {
    const char* value = std::getenv(variable);
    return value != nullptr && value[0] == '/' ? value : "";
  };
  if (const std::string cache = absolute("XDG_CACHE_HOME"); !cache.empty())
    return cache + "/woolly";
  const std::string home = absolute("HOME");
  return home.empty() ? "" : home + "/.cache/woolly";
}

}  // namespace woolly
