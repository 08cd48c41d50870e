#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <woolly/error.h>
#include <woolly/session.h>

#include "engine/base/test_support.h"
#include "engine/model/model_test_support.h"
#include "engine/model/synthetic/synthetic_test_support.h"

namespace woolly {
namespace {

using test::SmallModel;
using ::testing::HasSubstr;

class SessionTest : public ::testing::Test {
 protected:
  SessionTest() { SmallModel().write(path_); }

  std::string error_of(const SessionOptions& options) const {
    try {
      Session::open(path_, options);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
      return error.message();
    }
    return "no error";
  }

  test::TemporaryFolder folder_;
  std::string path_ = (folder_ / "m.gguf").string();
};

TEST_F(SessionTest, DescribesTheModel) {
  const Session session = Session::open(path_, {});
  EXPECT_EQ(session.info().architecture, "llama");
  EXPECT_EQ(session.info().name, "small");
  EXPECT_EQ(session.info().vocab_size, 264);
  EXPECT_EQ(session.info().content_hash.size(), 16U);
  EXPECT_EQ(session.context(), 700);
  EXPECT_EQ(session.position(), 0);
  EXPECT_GT(session.timings().load_ms, 0);
  EXPECT_THAT(session.effective_options(),
              ::testing::Contains(std::pair<std::string, std::string>("kv_type", "f16")));
}

TEST_F(SessionTest, RefusesBadOptions) {
  SessionOptions options;
  options.implementation = "third";
  EXPECT_THAT(error_of(options), HasSubstr("third"));
  options = {};
  options.opts = {{"kv_type", "q9"}};
  EXPECT_THAT(error_of(options), HasSubstr("q9"));
  options.opts = {{"kv_type", "q8_0"}};
  EXPECT_THAT(error_of(options), HasSubstr("Q8_0 needs heads of a multiple of 32 dimensions"));
  options = {};
  options.context = 701;
  EXPECT_THAT(error_of(options), HasSubstr("701"));
  options.context = -1;
  EXPECT_THAT(error_of(options), HasSubstr("-1"));
}

TEST_F(SessionTest, OverflowIsRefusedAndChangesNothing) {
  SessionOptions options;
  options.context = 8;
  Session session = Session::open(path_, options);
  session.prefill(std::vector<TokenId>{1, 5, 6, 7, 8});
  EXPECT_EQ(session.position(), 5);
  EXPECT_THROW(session.prefill(std::vector<TokenId>{1, 2, 3, 4}), Error);
  EXPECT_EQ(session.position(), 5);
  for (const TokenId id : {3, 4, 5}) session.decode(id);
  try {
    session.decode(6);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), HasSubstr("the context is full"));
  }
  EXPECT_EQ(session.position(), 8);
}

TEST_F(SessionTest, RefusesIdsOutsideTheVocabulary) {
  Session session = Session::open(path_, {});
  EXPECT_THROW(session.decode(-1), Error);
  EXPECT_THROW(session.decode(264), Error);
  EXPECT_THROW(session.prefill({}), Error);
  EXPECT_EQ(session.position(), 0);
}

TEST_F(SessionTest, TruncateGoesBackInTime) {
  Session session = Session::open(path_, {});
  session.prefill(std::vector<TokenId>{1, 5, 6});
  const auto copy = [](std::span<const float> logits) {
    return std::vector<float>(logits.begin(), logits.end());
  };
  const std::vector<float> first = copy(session.decode(7));
  session.decode(9);
  session.truncate(3);
  EXPECT_EQ(session.position(), 3);
  EXPECT_EQ(copy(session.decode(7)), first);
  EXPECT_THROW(session.truncate(5), Error);
  EXPECT_THROW(session.truncate(-1), Error);
}

// Four layers of seven matrices and the output: 13107200 bytes of floats.
TEST_F(SessionTest, CountsWhatTheDequantCacheDoes) {
  constexpr std::uint64_t kMatrices = 4 * 7 + 1;
  constexpr std::uint64_t kPasses = 4;
  test::write_tiny_model("Q4_K_M", path_);
  const auto counts = [&](const char* policy, const char* limit_mb) {
    SessionOptions options;
    options.context = 64;
    options.opts = {{"gemm", "blas"},
                    {"dequant", "cache"},
                    {"dequant_policy", policy},
                    {"dequant_cache_mb", limit_mb}};
    Session session = Session::open(path_, options);
    for (std::uint64_t pass = 0; pass < kPasses; ++pass) session.decode(1);
    const DequantCacheCounts result = session.dequant_cache().value();
    EXPECT_EQ(result.hits + result.misses, kPasses * kMatrices);
    EXPECT_LE(result.bytes, std::stoul(limit_mb) << 20);
    return result;
  };
  for (const char* policy : {"pinned", "mru", "lru"}) {
    EXPECT_EQ(counts(policy, "13").misses, kMatrices) << policy;
    EXPECT_EQ(counts(policy, "13").bytes, 13107200U) << policy;
  }
  EXPECT_EQ(counts("lru", "6").hits, 0U);
  EXPECT_GT(counts("mru", "6").hits, kMatrices);
  EXPECT_GT(counts("pinned", "6").hits, kMatrices);
  EXPECT_FALSE(Session::open(path_, {}).dequant_cache());
}

TEST_F(SessionTest, ScoreGivesTheAskedLogits) {
  Session session = Session::open(path_, {});
  const std::vector<TokenId> tokens{1, 5, 6, 7};
  std::vector<int> indices;
  std::vector<float> last;
  session.score(tokens, 2, [&](int index, std::span<const float> logits) {
    indices.push_back(index);
    last.assign(logits.begin(), logits.end());
  });
  EXPECT_EQ(indices, (std::vector<int>{2, 3}));
  session.truncate(0);
  const auto logits = session.prefill(tokens);
  for (std::size_t i = 0; i < last.size(); ++i) ASSERT_NEAR(logits[i], last[i], 1e-4F);
}

std::string value_of(const Session& session, const std::string& name) {
  for (const auto& [key, value] : session.effective_options()) {
    if (key == name) return value;
  }
  return "";
}

TEST_F(SessionTest, PackedWeightsAreStoredAndLoaded) {
  const std::vector<TokenId> tokens{1, 5, 6, 7};
  const auto logits_of = [&](Session& session) {
    const auto logits = session.prefill(tokens);
    return std::vector<float>(logits.begin(), logits.end());
  };
  Session plain = Session::open(path_, {});
  EXPECT_EQ(value_of(plain, "cache_packed"), "off");
  const bool direct = value_of(plain, "gemm") == "direct";
  SessionOptions options;
  options.cache_packed = (folder_ / "packed").string();
  for (const char* expected : {"built", "loaded"}) {
    Session session = Session::open(path_, options);
    EXPECT_EQ(value_of(session, "cache_packed"), direct ? expected : "off");
    EXPECT_TRUE(session.warnings().empty());
    EXPECT_EQ(logits_of(session), logits_of(plain));
    plain.truncate(0);
  }
}

TEST_F(SessionTest, WithoutPackingTheDirectoryOfPackedWeightsIsNotTouched) {
  SessionOptions options;
  options.cache_packed = (folder_ / "packed").string();
  options.opts = {{"gemm", "blas"}};
  EXPECT_EQ(value_of(Session::open(path_, options), "cache_packed"), "off");
  options.opts.clear();
  options.implementation = "reference";
  EXPECT_EQ(value_of(Session::open(path_, options), "cache_packed"), "off");
  EXPECT_FALSE(std::filesystem::exists(options.cache_packed));
}

TEST_F(SessionTest, PackedWeightsThatCannotBeStoredAreAWarning) {
  SessionOptions options;
  options.cache_packed = "/proc/self";
  const Session session = Session::open(path_, options);
  EXPECT_EQ(value_of(session, "cache_packed"), "off");
  const bool direct = value_of(session, "gemm") == "direct";
  EXPECT_EQ(session.warnings().size(), direct ? 1U : 0U);
}

TEST_F(SessionTest, SequencesJoinRunTogetherAndLeave) {
  test::write_tiny_model("Q4_K_M", path_);
  SessionOptions options;
  options.context = 32;
  Session session = Session::open(path_, options);
  const std::vector<TokenId> prompt{1, 5, 6, 7};
  const std::vector<TokenId> other{1, 9, 8};
  using Rows = std::vector<std::vector<float>>;
  const auto run = [&](std::initializer_list<Session::Input> inputs) {
    Rows rows;
    session.run(std::vector<Session::Input>(inputs), [&](int i, std::span<const float> logits) {
      EXPECT_EQ(i, static_cast<int>(rows.size()));
      rows.emplace_back(logits.begin(), logits.end());
    });
    return rows;
  };
  const int a = session.join();
  const int b = session.join();
  const Rows together = run({{0, prompt}, {a, other}, {b, prompt}});
  ASSERT_EQ(together.size(), 3U);
  EXPECT_EQ(together[0], together[2]);
  EXPECT_NE(together[0], together[1]);
  EXPECT_EQ(session.position(), 4);
  EXPECT_EQ(session.position(a), 3);
  session.leave(b);
  EXPECT_THROW(session.position(b), Error);
  const TokenId next = 11;
  const Rows second = run({{a, {&next, 1}}});
  session.truncate(a, 0);
  EXPECT_EQ(run({{a, other}})[0], together[1]);
  EXPECT_EQ(run({{a, {&next, 1}}}), second);

  const std::vector<TokenId> too_many(30, 3);
  EXPECT_THROW(run({{0, prompt}, {a, too_many}}), Error);
  EXPECT_THROW(run({{0, prompt}, {0, prompt}}), Error);
  EXPECT_THROW(run({{0, {}}}), Error);
  EXPECT_THROW(session.leave(0), Error);
  EXPECT_EQ(session.position(), 4);

  options.opts = {{"gemm", "blas"}};
  Session blas = Session::open(path_, options);
  EXPECT_THROW(blas.join(), Error);
}

}  // namespace
}  // namespace woolly
