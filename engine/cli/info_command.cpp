// `woolly info`: what a model file holds and which kernel each tensor will use.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include <woolly/error.h>

#include "engine/base/cpu_features.h"
#include "engine/cli/commands.h"
#include "engine/cli/info_kernels.h"
#include "engine/gguf/reader.h"
#include "engine/runtime/autotune/tuning_file.h"
#include "engine/runtime/optimization_flags.h"

namespace woolly::cli {
namespace {

struct InfoArgs {
  std::string model;
  std::vector<std::string> opts;
  bool optimizations = false;
  bool kernels = false;
  bool json = false;
};

constexpr std::size_t kShownElements = 4;
constexpr std::size_t kShownCharacters = 60;

// Quoted, with control characters and invalid UTF-8 made visible, cut to a line's length.
std::string quoted(const std::string& text) {
  using Json = nlohmann::json;
  const std::string escaped =
      Json(text.substr(0, kShownCharacters)).dump(-1, ' ', false, Json::error_handler_t::replace);
  return text.size() > kShownCharacters ? escaped + "..." : escaped;
}

std::string show(const gguf::Value& value);

std::string show_array(const gguf::Array& array) {
  return std::visit(
      [&](const auto& elements) {
        using Element = typename std::decay_t<decltype(elements)>::value_type;
        std::vector<std::string> shown;
        for (std::size_t i = 0; i < std::min(kShownElements, elements.size()); ++i) {
          shown.push_back(show(gguf::Value(static_cast<Element>(elements[i]))));
        }
        return fmt::format("{}[{}] {}{}", gguf::value_type_name(array.type()), elements.size(),
                           fmt::join(shown, ", "), elements.size() > kShownElements ? ", ..." : "");
      },
      array.elements);
}

std::string show(const gguf::Value& value) {
  return std::visit(
      [](const auto& v) {
        using V = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<V, std::string>) {
          return quoted(v);
        } else if constexpr (std::is_same_v<V, gguf::Array>) {
          return show_array(v);
        } else if constexpr (std::is_same_v<V, std::uint8_t> || std::is_same_v<V, std::int8_t>) {
          return fmt::format("{}", static_cast<int>(v));
        } else {
          return fmt::format("{}", v);
        }
      },
      value);
}

// Matrices are multiplied, except the embedding, whose rows are gathered (a tied one is both);
// vectors become f32 when the model is loaded.
std::string kernel_of(const gguf::TensorInfo& tensor, const FlagValues& flags, bool tied) {
  const std::string dequantize = fmt::format(
      "dequantize_row/{}", select_variant(dequantize_row_variants(), isa_of(flags)).name);
  std::string matmul = matmul_kernel_name(flags);
  if (matmul.starts_with("matmul/")) matmul += " + " + dequantize;
  if (tensor.shape.size() < 2) return dequantize + " at load";
  if (tensor.name != "token_embd.weight") return matmul;
  return tied ? matmul + ", rows by " + dequantize : dequantize;
}

void print_table(const gguf::File& file, const FlagValues& flags) {
  const gguf::Header& header = file.header();
  fmt::print("{}: GGUF version {}, {} bytes, {} tensors, alignment {}, isa {}\n\n",
             file.path().string(), header.version, file.file_bytes(), header.tensors.size(),
             header.alignment, isa_name(isa_of(flags)));
  std::size_t widest = 0;
  for (const auto& [key, value] : header.metadata.entries()) widest = std::max(widest, key.size());
  for (const auto& [key, value] : header.metadata.entries()) {
    fmt::print("{:<{}}  {:<6}  {}\n", key, widest, gguf::value_type_name(gguf::value_type(value)),
               show(value));
  }
  widest = 6;
  for (const gguf::TensorInfo& tensor : header.tensors)
    widest = std::max(widest, tensor.name.size());
  fmt::print("\n{:<{}}  {:<6}  {:>18}  {:>14}  {}\n", "tensor", widest, "type", "shape", "bytes",
             "kernel");
  const bool tied = file.find_tensor("output.weight") == nullptr;
  for (const gguf::TensorInfo& tensor : header.tensors) {
    fmt::print("{:<{}}  {:<6}  {:>18}  {:>14}  {}\n", tensor.name, widest,
               dtype_traits(tensor.dtype).name, fmt::format("{}", fmt::join(tensor.shape, " x ")),
               tensor.bytes, kernel_of(tensor, flags, tied));
  }
}

void print_json(const gguf::File& file, const FlagValues& flags) {
  using Json = nlohmann::ordered_json;
  const gguf::Header& header = file.header();
  Json metadata = Json::object();
  for (const auto& [key, value] : header.metadata.entries()) metadata[key] = show(value);
  Json tensors = Json::array();
  const bool tied = file.find_tensor("output.weight") == nullptr;
  for (const gguf::TensorInfo& tensor : header.tensors) {
    tensors.push_back({{"name", tensor.name},
                       {"type", dtype_traits(tensor.dtype).name},
                       {"shape", tensor.shape},
                       {"bytes", tensor.bytes},
                       {"kernel", kernel_of(tensor, flags, tied)}});
  }
  const Json json{{"path", file.path().string()},
                  {"version", header.version},
                  {"file_bytes", file.file_bytes()},
                  {"isa", isa_name(isa_of(flags))},
                  {"metadata", metadata},
                  {"tensors", tensors}};
  fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
}

// The values in force, from WOOLLY_OPT and --opt, and what else each flag can be.
void print_optimizations(const FlagValues& values, bool json) {
  using Json = nlohmann::ordered_json;
  Json list = Json::array();
  if (!json) fmt::print("{:<16}  {:<10}  {:<44}  {}\n", "flag", "value", "of", "what it is");
  for (std::size_t i = 0; i < values.size(); ++i) {
    const OptimizationFlag& flag = optimization_flags()[i];
    const std::string& value = values[i].second;
    if (json) {
      list.push_back({{"name", flag.name},
                      {"value", value},
                      {"values", flag.values},
                      {"meaning", flag.meaning}});
      if (flag.range) list.back()["range"] = {flag.range->first, flag.range->last};
    } else {
      fmt::print("{:<16}  {:<10}  {:<44}  {}\n", flag.name, value, flag.choices(" "), flag.meaning);
    }
  }
  if (json) fmt::print("{}\n", list.dump(2));
}

int info(const InfoArgs& args) {
  FlagValues given;
  for (const std::string& opt : args.opts) given.push_back(parse_flag(opt));
  const FlagValues flags = resolve_flags(given);
  if (args.optimizations) {
    print_optimizations(flags, args.json);
    return static_cast<int>(ExitCode::kOk);
  }
  if (args.kernels) {
    print_kernels(default_tuning_directory(), args.json);
    return static_cast<int>(ExitCode::kOk);
  }
  if (args.model.empty()) {
    throw_usage("woolly info: no model file", "give one, or --optimizations or --kernels");
  }
  const gguf::File file(args.model);
  if (args.json) {
    print_json(file, flags);
  } else {
    print_table(file, flags);
  }
  return static_cast<int>(ExitCode::kOk);
}

}  // namespace

void add_info_command(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("info", "Show a model file's metadata, tensors and kernels");
  const auto args = std::make_shared<InfoArgs>();
  command->add_option("model", args->model, "GGUF model file");
  command->add_option("--opt", args->opts, "Optimization flag name=value")->allow_extra_args(false);
  command->add_flag("--optimizations", args->optimizations,
                    "List the optimization flags with the values in force (no model is needed)");
  command->add_flag("--kernels", args->kernels,
                    "Show what is quickest on this host, as measured at the first use of a model "
                    "(no model is needed)");
  command->add_flag("--json", args->json, "Print one JSON object");
  command->footer(
      "Examples:\n  woolly info model.gguf\n  woolly info --optimizations\n  woolly info "
      "--kernels");
  command->callback([args, &action] { action = [args] { return info(*args); }; });
}

}  // namespace woolly::cli
