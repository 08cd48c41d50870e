// `woolly tokenize`: the token ids of standard input.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iostream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <woolly/error.h>

#include "engine/cli/commands.h"
#include "engine/gguf/reader.h"
#include "engine/tokenizer/make_tokenizer.h"

namespace woolly::cli {
namespace {

struct TokenizeArgs {
  std::string model;
  bool no_bos = false;
  bool json = false;
};

int tokenize(const TokenizeArgs& args) {
  const gguf::File file(args.model);
  const std::unique_ptr<Tokenizer> tokenizer = make_tokenizer(file.metadata());
  const std::string text{std::istreambuf_iterator<char>(std::cin),
                         std::istreambuf_iterator<char>()};
  const std::vector<TokenId> ids = tokenizer->encode(text, !args.no_bos);
  if (args.json) {
    fmt::print("{}\n", nlohmann::json(ids).dump());
  } else {
    fmt::print("{}\n", fmt::join(ids, " "));
  }
  return static_cast<int>(ExitCode::kOk);
}

}  // namespace

void add_tokenize_command(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("tokenize", "Print the token ids of standard input");
  const auto args = std::make_shared<TokenizeArgs>();
  command->add_option("-m,--model", args->model, "GGUF model file (a vocabulary alone will do)")
      ->required();
  command->add_flag("--no-bos", args->no_bos, "Do not begin with the beginning-of-sequence token");
  command->add_flag("--json", args->json, "Print a JSON array");
  command->footer("Example:\n  printf 'Hello world' | woolly tokenize -m model.gguf");
  command->callback([args, &action] { action = [args] { return tokenize(*args); }; });
}

}  // namespace woolly::cli
