#include "engine/cli/session_flags.h"

#include <fmt/format.h>

#include <cstdio>

#include "engine/runtime/autotune/tuning_file.h"
#include "engine/runtime/optimization_flags.h"

namespace woolly::cli {

SessionOptions SessionFlags::session_options() const {
  SessionOptions result = options;
  if (!kv_type.empty()) result.opts.emplace_back("kv_type", kv_type);
  if (!no_autotune) result.tuning_directory = default_tuning_directory();
  for (const std::string& opt : opts) result.opts.push_back(parse_flag(opt));
  return result;
}

Session open_session(const std::string& model, const SessionOptions& options) {
  Session session = Session::open(model, options);
  for (const std::string& warning : session.warnings()) {
    fmt::print(stderr, "woolly: warning: {}\n", warning);
  }
  return session;
}

void add_session_flags(CLI::App& command, SessionFlags& flags) {
  command.add_option("-m,--model", flags.model, "GGUF model file")->required();
  command.add_option("-t,--threads", flags.options.threads, "Threads (default: all usable cores)")
      ->check(CLI::Range(1, 4096));
  command.add_option("-c,--ctx", flags.options.context, "Context in tokens (default: the model's)")
      ->check(CLI::Range(1, 1 << 24));
  command.add_option("--impl", flags.options.implementation, "Forward pass: fast or reference")
      ->check(CLI::IsMember({"fast", "reference"}))
      ->capture_default_str();
  command
      .add_option("--kv-type", flags.kv_type,
                  "KV cache: f16 (the default), f32, bf16 or q8_0; short for --opt kv_type=...")
      ->check(CLI::IsMember({"f16", "f32", "bf16", "q8_0"}));
  command
      .add_option("--cache-packed", flags.options.cache_packed,
                  "Keep the packed weights in DIR (as large as the model), so that the next load "
                  "reads them instead of packing; only where weights are packed: --impl fast with "
                  "--opt gemm=direct, the defaults")
      ->option_text("DIR");
  command.add_flag("--no-autotune", flags.no_autotune,
                   "Use the fixed defaults, not what is quickest on this host: that is measured at "
                   "the first use of a model in less than 3 s and kept in the user's cache folder "
                   "(woolly info --kernels); the output is the same");
  command.add_option("--opt", flags.opts, "Optimization flag name=value; may be repeated")
      ->allow_extra_args(false);
}

}  // namespace woolly::cli
