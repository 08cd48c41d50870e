// Store: what builds of one source differed by.
#include <fmt/format.h>

#include <cmath>

#include "baselines/samples/timestamp.h"
#include "baselines/store/store_impl.h"

namespace woolly::store {

void Store::add_aa(const std::vector<AaSample>& samples, const samples::Environment& environment) {
  for (const AaSample& sample : samples) {
    if (!std::isfinite(sample.theta)) {
      throw_usage(fmt::format("A/A sample of {} {} is no finite number", sample.key.benchmark,
                              sample.key.metric));
    }
  }
  translating(impl_->database, [&] {
    SQLite::Database& database = impl_->database;
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    const std::int64_t machine = machine_row_with_fields(database, environment);
    const std::string now = woolly::samples::utc_now();
    SQLite::Statement insert(
        database,
        "INSERT INTO aa_sample (machine_id, benchmark_id, theta, recorded_at, layout, commit_hash, "
        "spread, pairs) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    for (const AaSample& sample : samples) {
      insert.bind(1, machine);
      insert.bind(2, benchmark_row(database, sample.key));
      insert.bind(3, sample.theta);
      insert.bind(4, now);
      insert.bind(5, sample.layout);
      insert.bind(6, sample.commit);
      if (sample.spread) insert.bind(7, *sample.spread);
      if (sample.pairs > 0) insert.bind(8, sample.pairs);
      insert.exec();
      insert.reset();
      insert.clearBindings();
    }
    transaction.commit();
  });
}

std::vector<AaSample> Store::aa_samples(const SeriesKey& key, const std::string& machine_id) const {
  return translating(impl_->database, [&] {
    SQLite::Statement query(
        impl_->database,
        "SELECT theta, layout, commit_hash, spread, pairs FROM aa_sample "
        "JOIN benchmark ON benchmark.id = benchmark_id JOIN machine ON machine.id = machine_id "
        "WHERE name = ? AND metric = ? AND unit = ? AND fingerprint = ? ORDER BY aa_sample.id");
    query.bind(1, key.benchmark);
    query.bind(2, key.metric);
    query.bind(3, key.unit);
    query.bind(4, machine_id);
    std::vector<AaSample> samples;
    while (query.executeStep()) {
      samples.push_back({key, query.getColumn(0).getDouble(), query.getColumn(1).getString(),
                         query.getColumn(2).getString()});
      if (!query.getColumn(3).isNull()) samples.back().spread = query.getColumn(3).getDouble();
      if (!query.getColumn(4).isNull()) samples.back().pairs = query.getColumn(4).getInt();
    }
    return samples;
  });
}

std::vector<CalibratedMachine> Store::calibrated_machines() const {
  return translating(impl_->database, [&] {
    SQLite::Statement query(impl_->database,
                            "SELECT fingerprint, fields, max(recorded_at) FROM aa_sample "
                            "JOIN machine ON machine.id = machine_id GROUP BY machine.id "
                            "ORDER BY max(recorded_at) DESC, max(aa_sample.id) DESC");
    std::vector<CalibratedMachine> machines;
    while (query.executeStep()) {
      machines.push_back({query.getColumn(0).getString(), {}, query.getColumn(2).getString()});
      merge_fields(query.getColumn(1).getString(), machines.back().fields);
    }
    return machines;
  });
}

}  // namespace woolly::store
