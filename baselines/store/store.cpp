#include "baselines/store/store.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "baselines/samples/environment.h"
#include "baselines/samples/timestamp.h"
#include "baselines/store/store_impl.h"

namespace woolly::store {
namespace {

using samples::FieldGroup;

// The environment is stored in three parts, so that a machine and a build are one row each however
// many runs they saw.
std::string fields_json(const samples::Environment& environment, FieldGroup group) {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [name, value] : environment) {
    if (samples::field_info(name).group == group) json[name] = value;
  }
  return json.dump();
}

std::int64_t build_row(SQLite::Database& database, const samples::Environment& environment) {
  const std::string fields = fields_json(environment, FieldGroup::kBuild);
  SQLite::Statement insert(database,
                           "INSERT INTO build (fields) VALUES (?) ON CONFLICT DO NOTHING");
  insert.bind(1, fields);
  insert.exec();
  SQLite::Statement find(database, "SELECT id FROM build WHERE fields = ?");
  find.bind(1, fields);
  find.executeStep();
  return find.getColumn(0).getInt64();
}

RunId insert_run(SQLite::Database& database, const samples::Record& record) {
  SQLite::Statement run(
      database,
      "INSERT INTO run (producer, started_at, recorded_at, machine_id, build_id, fields) "
      "VALUES (?, ?, ?, ?, ?, ?)");
  run.bind(1, record.producer);
  run.bind(2, record.started_at);
  run.bind(3, samples::utc_now());
  run.bind(4, machine_row_with_fields(database, record.environment));
  run.bind(5, build_row(database, record.environment));
  run.bind(6, fields_json(record.environment, FieldGroup::kRun));
  run.exec();
  const RunId id = database.getLastInsertRowid();

  SQLite::Statement result(
      database, "INSERT INTO result (run_id, benchmark_id, answer_hash) VALUES (?, ?, ?)");
  SQLite::Statement sample(database,
                           "INSERT INTO sample (result_id, launch, value) VALUES (?, ?, ?)");
  for (const samples::Result& r : record.results) {
    result.bind(1, id);
    result.bind(2, benchmark_row(database, {r.benchmark, r.metric, r.unit}));
    result.bind(3, r.answer_hash);
    result.exec();
    result.reset();
    const std::int64_t result_id = database.getLastInsertRowid();
    for (std::size_t launch = 0; launch < r.samples.size(); ++launch) {
      sample.bind(1, result_id);
      sample.bind(2, static_cast<std::int64_t>(launch));
      sample.bind(3, r.samples[launch]);
      sample.exec();
      sample.reset();
    }
  }
  insert_profiles(database, id, record.profiles);
  return id;
}

std::vector<samples::Result> results_of(const SQLite::Database& database, RunId id) {
  SQLite::Statement query(database,
                          "SELECT result.id, name, metric, unit, answer_hash, value FROM result "
                          "JOIN benchmark ON benchmark.id = benchmark_id "
                          "JOIN sample ON sample.result_id = result.id "
                          "WHERE run_id = ? ORDER BY result.id, launch");
  query.bind(1, id);
  std::vector<samples::Result> results;
  std::int64_t current = 0;
  while (query.executeStep()) {
    const std::int64_t result_id = query.getColumn(0).getInt64();
    if (results.empty() || result_id != current) {
      current = result_id;
      results.push_back({query.getColumn(1).getString(),
                         query.getColumn(2).getString(),
                         query.getColumn(3).getString(),
                         {},
                         query.getColumn(4).getString()});
    }
    results.back().samples.push_back(query.getColumn(5).getDouble());
  }
  return results;
}

}  // namespace

std::int64_t benchmark_row(SQLite::Database& database, const SeriesKey& key) {
  const std::array<const std::string*, 3> values{&key.benchmark, &key.metric, &key.unit};
  const auto bind_all = [&](SQLite::Statement& statement) {
    for (int i = 0; i < 3; ++i) statement.bind(i + 1, *values[static_cast<std::size_t>(i)]);
  };
  SQLite::Statement find(database,
                         "SELECT id FROM benchmark WHERE name = ? AND metric = ? AND unit = ?");
  bind_all(find);
  if (find.executeStep()) return find.getColumn(0).getInt64();
  SQLite::Statement insert(database, "INSERT INTO benchmark (name, metric, unit) VALUES (?, ?, ?)");
  bind_all(insert);
  insert.exec();
  return database.getLastInsertRowid();
}

std::int64_t machine_row(SQLite::Database& database, const std::string& fingerprint) {
  SQLite::Statement insert(
      database,
      "INSERT INTO machine (fingerprint, fields) VALUES (?, '{}') ON CONFLICT DO NOTHING");
  insert.bind(1, fingerprint);
  insert.exec();
  SQLite::Statement find(database, "SELECT id FROM machine WHERE fingerprint = ?");
  find.bind(1, fingerprint);
  find.executeStep();
  return find.getColumn(0).getInt64();
}

void merge_fields(const std::string& text, samples::Environment& environment) {
  const nlohmann::json fields = nlohmann::json::parse(text);
  for (const auto& [name, value] : fields.items()) {
    environment[name] = value.get<std::string>();
  }
}

std::int64_t machine_row_with_fields(SQLite::Database& database,
                                     const samples::Environment& environment) {
  const std::int64_t id = machine_row(database, samples::machine_id(environment));
  SQLite::Statement update(database,
                           "UPDATE machine SET fields = ? WHERE id = ? AND fields = '{}'");
  update.bind(1, fields_json(environment, FieldGroup::kMachine));
  update.bind(2, id);
  update.exec();
  return id;
}

void require_run(const SQLite::Database& database, RunId id) {
  SQLite::Statement query(database, "SELECT 1 FROM run WHERE id = ?");
  query.bind(1, id);
  if (!query.executeStep()) {
    throw_usage(fmt::format("{}: no run {}", database.getFilename(), id),
                "woolly db list shows the runs");
  }
}

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;

Store Store::open(const std::filesystem::path& path) {
  return Store(std::make_unique<Impl>(open_database(path, OpenMode::kCreate)));
}

Store Store::open_existing(const std::filesystem::path& path) {
  return Store(std::make_unique<Impl>(open_database(path, OpenMode::kExisting)));
}

RunId Store::add(const samples::Record& record) { return add_all({record}).front(); }

std::vector<RunId> Store::add_all(const std::vector<samples::Record>& records) {
  for (const samples::Record& record : records) samples::validate(record, "record");
  return translating(impl_->database, [&] {
    SQLite::Transaction transaction(impl_->database, SQLite::TransactionBehavior::IMMEDIATE);
    std::vector<RunId> ids;
    ids.reserve(records.size());
    for (const samples::Record& record : records)
      ids.push_back(insert_run(impl_->database, record));
    transaction.commit();
    return ids;
  });
}

samples::Record Store::run(RunId id) const {
  return translating(impl_->database, [&] {
    // One read transaction: a run is seen whole even while others write.
    SQLite::Transaction transaction(impl_->database);
    require_run(impl_->database, id);
    SQLite::Statement query(
        impl_->database,
        "SELECT producer, started_at, machine.fields, build.fields, run.fields FROM run "
        "JOIN machine ON machine.id = machine_id JOIN build ON build.id = build_id "
        "WHERE run.id = ?");
    query.bind(1, id);
    query.executeStep();
    samples::Record record{query.getColumn(0).getString(), query.getColumn(1).getString(), {}, {}};
    for (int part = 2; part <= 4; ++part)
      merge_fields(query.getColumn(part).getString(), record.environment);
    record.results = results_of(impl_->database, id);
    record.profiles = profiles_of(impl_->database, id);
    return record;
  });
}

std::vector<RunSummary> Store::runs() const {
  return translating(impl_->database, [&] {
    SQLite::Statement query(
        impl_->database,
        "SELECT run.id, producer, started_at, fingerprint, coalesce(commit_hash, ''), "
        "  coalesce(dirty, '') = 'true', "
        "  (SELECT count(DISTINCT benchmark.name) FROM result "
        "   JOIN benchmark ON benchmark.id = benchmark_id WHERE run_id = run.id), "
        "  (SELECT count(*) FROM result JOIN sample ON result_id = result.id WHERE run_id = "
        "run.id) "
        "FROM run JOIN machine ON machine.id = machine_id JOIN build ON build.id = build_id "
        "ORDER BY started_at DESC, run.id DESC");
    std::vector<RunSummary> runs;
    while (query.executeStep()) {
      runs.push_back({query.getColumn(0).getInt64(), query.getColumn(1).getString(),
                      query.getColumn(2).getString(), query.getColumn(3).getString(),
                      query.getColumn(4).getString(), query.getColumn(5).getInt() != 0,
                      query.getColumn(6).getInt(), query.getColumn(7).getInt()});
    }
    return runs;
  });
}

std::optional<RunId> Store::latest_run(std::string_view producer) const {
  return translating(impl_->database, [&]() -> std::optional<RunId> {
    SQLite::Statement query(
        impl_->database,
        "SELECT id FROM run WHERE producer = ? ORDER BY started_at DESC, id DESC LIMIT 1");
    query.bind(1, std::string(producer));
    if (!query.executeStep()) return std::nullopt;
    return query.getColumn(0).getInt64();
  });
}

std::vector<SeriesKey> Store::series() const {
  return translating(impl_->database, [&] {
    SQLite::Statement query(impl_->database,
                            "SELECT name, metric, unit FROM benchmark WHERE EXISTS "
                            "(SELECT 1 FROM result WHERE benchmark_id = benchmark.id) "
                            "ORDER BY name, metric, unit");
    std::vector<SeriesKey> keys;
    while (query.executeStep()) {
      keys.push_back({query.getColumn(0).getString(), query.getColumn(1).getString(),
                      query.getColumn(2).getString()});
    }
    return keys;
  });
}

std::vector<SeriesPoint> Store::history(const SeriesKey& key) const {
  return translating(impl_->database, [&] {
    SQLite::Statement query(
        impl_->database,
        "SELECT run.id, started_at, coalesce(commit_hash, ''), fingerprint, value "
        "FROM benchmark JOIN result ON benchmark_id = benchmark.id "
        "JOIN run ON run.id = run_id JOIN machine ON machine.id = machine_id "
        "JOIN build ON build.id = build_id JOIN sample ON result_id = result.id "
        "WHERE name = ? AND metric = ? AND unit = ? ORDER BY started_at, run.id, launch");
    query.bind(1, key.benchmark);
    query.bind(2, key.metric);
    query.bind(3, key.unit);
    std::vector<SeriesPoint> points;
    while (query.executeStep()) {
      const RunId run = query.getColumn(0).getInt64();
      if (points.empty() || points.back().run != run) {
        points.push_back({run,
                          query.getColumn(1).getString(),
                          query.getColumn(2).getString(),
                          query.getColumn(3).getString(),
                          {}});
      }
      points.back().samples.push_back(query.getColumn(4).getDouble());
    }
    return points;
  });
}

}  // namespace woolly::store
