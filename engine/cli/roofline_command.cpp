#include "engine/cli/roofline_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>

#include <woolly/error.h>

namespace woolly::cli {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

void refuse_more_than_half_the_memory(std::size_t bytes) {
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long page_bytes = ::sysconf(_SC_PAGESIZE);
  if (pages <= 0 || page_bytes <= 0) return;
  const std::size_t half =
      static_cast<std::size_t>(pages) / 2 * static_cast<std::size_t>(page_bytes);
  if (bytes <= half) return;
  throw_usage(fmt::format("--size-mb {}: more than half of this machine's memory", bytes / kMiB),
              fmt::format("at most {}", half / kMiB));
}

}  // namespace

std::string roofline_table(const Roofline& roofline) {
  std::string text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "memory read, GB/s\n  {:<12}{:>8}{:>10}\n", "pages", "threads", "GB/s");
  for (const ReadBandwidth& point : roofline.bandwidth) {
    fmt::format_to(out, "  {:<12}{:>8}{:>10.1f}\n", point.pages, point.threads, point.gbps);
  }
  fmt::format_to(out, "\narithmetic, 1e9 operations/s (a multiply-add counts two)\n");
  fmt::format_to(out, "  {:<12}{:<6}{:>8}{:>10}\n", "isa", "kind", "threads", "Gop/s");
  for (const ArithmeticPeak& peak : roofline.peaks) {
    fmt::format_to(out, "  {:<12}{:<6}{:>8}{:>10.0f}\n", peak.isa, peak.kind, peak.threads,
                   peak.giga_ops);
  }
  fmt::format_to(
      out,
      "\nroofs: read {:.1f} GB/s, f32 {:.0f} GFLOP/s, int8 {:.0f} GOP/s, bf16 {:.0f} GFLOP/s\n",
      roofline.read_gbps, roofline.f32_gflops, roofline.int8_gops, roofline.bf16_gflops);
  return text;
}

std::string roofline_json(const Roofline& roofline) {
  nlohmann::ordered_json json;
  json["read_gbps"] = roofline.read_gbps;
  json["f32_gflops"] = roofline.f32_gflops;
  json["int8_gops"] = roofline.int8_gops;
  json["bf16_gflops"] = roofline.bf16_gflops;
  json["bandwidth"] = nlohmann::ordered_json::array();
  for (const ReadBandwidth& point : roofline.bandwidth) {
    json["bandwidth"].push_back(
        {{"pages", point.pages}, {"threads", point.threads}, {"gbps", point.gbps}});
  }
  json["peaks"] = nlohmann::ordered_json::array();
  for (const ArithmeticPeak& peak : roofline.peaks) {
    json["peaks"].push_back({{"isa", peak.isa},
                             {"kind", peak.kind},
                             {"threads", peak.threads},
                             {"giga_ops", peak.giga_ops}});
  }
  return json.dump(2) + "\n";
}

int run_roofline(const RooflineArgs& args) {
  refuse_more_than_half_the_memory(args.options.working_set_bytes);
  const Roofline roofline = measure_roofline(args.options);
  const std::string text = args.json ? roofline_json(roofline) : roofline_table(roofline);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return static_cast<int>(ExitCode::kOk);
}

void add_roofline_command(CLI::App& app, std::function<int()>& action) {
  CLI::App* command =
      app.add_subcommand("roofline", "Measure memory bandwidth and arithmetic peaks of this host");
  const auto args = std::make_shared<RooflineArgs>();
  command->add_flag("--json", args->json, "Print one JSON object");
  command->add_option("-t,--threads", args->options.threads, "Most threads (default: all cores)")
      ->check(CLI::Range(1, 4096));
  command->add_option("--seconds", args->options.seconds_per_point, "Seconds per point")
      ->capture_default_str()
      ->check(CLI::Range(0.001, 60.0));
  const auto set_megabytes = [args](const std::size_t& megabytes) {
    args->options.working_set_bytes = megabytes * kMiB;
  };
  command
      ->add_option_function<std::size_t>(
          "--size-mb", set_megabytes,
          "Working set in MiB, several times the last cache (default: 512)")
      ->check(CLI::Range(1, 1 << 20));
  command->callback([args, &action] { action = [args] { return run_roofline(*args); }; });
}

}  // namespace woolly::cli
