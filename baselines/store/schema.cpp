#include "baselines/store/schema.h"

#include <fmt/format.h>

#include <woolly/error.h>

namespace woolly::store {
namespace {

int pragma(SQLite::Database& database, const char* name) {
  return database.execAndGet(fmt::format("PRAGMA {}", name)).getInt();
}

void check_ours(SQLite::Database& database, const std::string& name) {
  const int application = pragma(database, "application_id");
  const bool empty = database.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0;
  if (application != kApplicationId && !(empty && application == 0)) {
    throw_usage(fmt::format("{}: an SQLite file, but not a woolly database", name));
  }
  const int version = pragma(database, "user_version");
  const int known = static_cast<int>(migrations().size());
  if (version < 0 || version > known) {
    throw_usage(fmt::format("{}: written by a newer woolly (schema {}, this program knows {})",
                            name, version, known),
                "update woolly or use another file");
  }
}

}  // namespace

const std::vector<std::string>& migrations() {
  static const std::vector<std::string> list{R"sql(
CREATE TABLE machine (
  id INTEGER PRIMARY KEY,
  fingerprint TEXT NOT NULL UNIQUE,
  fields TEXT NOT NULL CHECK (json_valid(fields)),
  cpu_model TEXT GENERATED ALWAYS AS (json_extract(fields, '$.cpu_model')) VIRTUAL,
  kernel TEXT GENERATED ALWAYS AS (json_extract(fields, '$.kernel')) VIRTUAL
);
CREATE TABLE build (
  id INTEGER PRIMARY KEY,
  fields TEXT NOT NULL UNIQUE CHECK (json_valid(fields)),
  commit_hash TEXT GENERATED ALWAYS AS (json_extract(fields, '$.commit')) VIRTUAL,
  dirty TEXT GENERATED ALWAYS AS (json_extract(fields, '$.dirty')) VIRTUAL
);
CREATE TABLE run (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  producer TEXT NOT NULL,
  started_at TEXT NOT NULL,
  recorded_at TEXT NOT NULL,
  machine_id INTEGER NOT NULL REFERENCES machine (id),
  build_id INTEGER NOT NULL REFERENCES build (id),
  fields TEXT NOT NULL CHECK (json_valid(fields))
);
CREATE INDEX run_by_time ON run (started_at, id);
CREATE TABLE benchmark (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  metric TEXT NOT NULL,
  unit TEXT NOT NULL,
  UNIQUE (name, metric, unit)
);
CREATE TABLE result (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  benchmark_id INTEGER NOT NULL REFERENCES benchmark (id),
  answer_hash TEXT NOT NULL,
  UNIQUE (run_id, benchmark_id)
);
CREATE INDEX result_by_benchmark ON result (benchmark_id, run_id);
CREATE TABLE sample (
  result_id INTEGER NOT NULL REFERENCES result (id) ON DELETE CASCADE,
  launch INTEGER NOT NULL,
  value REAL NOT NULL,
  PRIMARY KEY (result_id, launch)
) WITHOUT ROWID;
CREATE TABLE baseline (
  name TEXT NOT NULL,
  producer TEXT NOT NULL,
  run_id INTEGER NOT NULL REFERENCES run (id),
  created_at TEXT NOT NULL,
  PRIMARY KEY (name, producer)
) WITHOUT ROWID;
CREATE INDEX baseline_by_run ON baseline (run_id);
CREATE TABLE gate (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  started_at TEXT NOT NULL,
  machine_id INTEGER NOT NULL REFERENCES machine (id),
  base TEXT NOT NULL,
  head TEXT NOT NULL,
  exit_code INTEGER NOT NULL
);
CREATE TABLE verdict (
  id INTEGER PRIMARY KEY,
  gate_id INTEGER NOT NULL REFERENCES gate (id) ON DELETE CASCADE,
  benchmark_id INTEGER NOT NULL REFERENCES benchmark (id),
  state TEXT NOT NULL CHECK (state IN ('REGRESSED', 'IMPROVED', 'UNCHANGED', 'INCONCLUSIVE', 'MISSING', 'FAILED')),
  estimate REAL,
  ci_low REAL,
  ci_high REAL,
  margin REAL,
  pairs INTEGER NOT NULL,
  UNIQUE (gate_id, benchmark_id)
);
CREATE TABLE aa_sample (
  id INTEGER PRIMARY KEY,
  machine_id INTEGER NOT NULL REFERENCES machine (id),
  benchmark_id INTEGER NOT NULL REFERENCES benchmark (id),
  theta REAL NOT NULL,
  recorded_at TEXT NOT NULL
);
CREATE INDEX aa_sample_by_benchmark ON aa_sample (benchmark_id, machine_id);
)sql",
                                             R"sql(
CREATE TABLE profile (
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  benchmark TEXT NOT NULL,
  position INTEGER NOT NULL,
  stage TEXT NOT NULL,
  operation TEXT NOT NULL,
  layer INTEGER,
  passes INTEGER NOT NULL,
  seconds REAL NOT NULL,
  bytes REAL NOT NULL,
  flops REAL NOT NULL,
  PRIMARY KEY (run_id, benchmark, position)
) WITHOUT ROWID;
)sql",
                                             R"sql(
CREATE TABLE acceptance (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  benchmark TEXT NOT NULL,
  metric TEXT,
  at_most REAL,
  reason TEXT NOT NULL,
  author TEXT NOT NULL,
  created_at TEXT NOT NULL,
  until TEXT NOT NULL,
  revoked_at TEXT,
  revoked_by TEXT
);
CREATE INDEX acceptance_by_benchmark ON acceptance (benchmark, until);
CREATE TRIGGER acceptance_is_kept BEFORE DELETE ON acceptance BEGIN
  SELECT RAISE(ABORT, 'an acceptance is revoked, never deleted');
END;
ALTER TABLE verdict ADD COLUMN acceptance_id INTEGER REFERENCES acceptance (id);
)sql",
                                             R"sql(
ALTER TABLE aa_sample ADD COLUMN layout TEXT NOT NULL DEFAULT '';
ALTER TABLE aa_sample ADD COLUMN commit_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE aa_sample ADD COLUMN spread REAL;
ALTER TABLE aa_sample ADD COLUMN pairs INTEGER;
ALTER TABLE gate ADD COLUMN head_commit TEXT;
ALTER TABLE gate ADD COLUMN head_run INTEGER REFERENCES run (id);
CREATE INDEX gate_by_head ON gate (head_commit);
CREATE TABLE baseline_by_branch (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  branch TEXT NOT NULL,
  machine_id INTEGER NOT NULL REFERENCES machine (id),
  producer TEXT NOT NULL,
  run_id INTEGER NOT NULL REFERENCES run (id),
  created_at TEXT NOT NULL,
  author TEXT NOT NULL,
  reason TEXT NOT NULL,
  superseded_at TEXT
);
INSERT INTO baseline_by_branch (name, branch, machine_id, producer, run_id, created_at, author, reason)
  SELECT name, '', run.machine_id, baseline.producer, run_id, created_at, '', ''
  FROM baseline JOIN run ON run.id = run_id ORDER BY created_at, name, baseline.producer;
DROP TABLE baseline;
ALTER TABLE baseline_by_branch RENAME TO baseline;
CREATE INDEX baseline_by_run ON baseline (run_id);
CREATE UNIQUE INDEX baseline_in_force ON baseline (name, branch, machine_id, producer)
  WHERE superseded_at IS NULL;
CREATE TRIGGER baseline_is_kept BEFORE DELETE ON baseline BEGIN
  SELECT RAISE(ABORT, 'a baseline is superseded, never deleted');
END;
CREATE TRIGGER baseline_is_immutable BEFORE UPDATE ON baseline
  WHEN OLD.superseded_at IS NOT NULL OR NEW.superseded_at IS NULL OR NEW.id <> OLD.id
    OR NEW.name <> OLD.name OR NEW.branch <> OLD.branch OR NEW.machine_id <> OLD.machine_id
    OR NEW.producer <> OLD.producer OR NEW.run_id <> OLD.run_id
    OR NEW.created_at <> OLD.created_at OR NEW.author <> OLD.author OR NEW.reason <> OLD.reason
BEGIN
  SELECT RAISE(ABORT, 'a baseline is superseded, never changed');
END;
)sql",
                                             R"sql(
CREATE TABLE gate_session (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  started_at TEXT NOT NULL,
  base TEXT NOT NULL,
  head TEXT NOT NULL,
  seed TEXT NOT NULL,
  gate_id INTEGER REFERENCES gate (id) ON DELETE SET NULL
);
CREATE TABLE gate_launch (
  id INTEGER PRIMARY KEY,
  session_id INTEGER NOT NULL REFERENCES gate_session (id) ON DELETE CASCADE,
  subject TEXT NOT NULL,
  stage TEXT NOT NULL,
  block INTEGER NOT NULL,
  position INTEGER NOT NULL,
  arm TEXT NOT NULL,
  wall_s REAL NOT NULL,
  steal_s REAL NOT NULL
);
CREATE INDEX gate_launch_by_session ON gate_launch (session_id);
CREATE TABLE gate_value (
  launch_id INTEGER NOT NULL REFERENCES gate_launch (id) ON DELETE CASCADE,
  benchmark_id INTEGER NOT NULL REFERENCES benchmark (id),
  value REAL NOT NULL,
  PRIMARY KEY (launch_id, benchmark_id)
) WITHOUT ROWID;
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  recorded_at TEXT NOT NULL,
  machine_id INTEGER NOT NULL REFERENCES machine (id),
  suite TEXT NOT NULL,
  method TEXT NOT NULL,
  injected REAL NOT NULL,
  verdict TEXT NOT NULL,
  elapsed_s REAL NOT NULL,
  seed TEXT NOT NULL
);
CREATE TABLE audit_series (
  audit_id INTEGER NOT NULL REFERENCES audit (id) ON DELETE CASCADE,
  benchmark_id INTEGER NOT NULL REFERENCES benchmark (id),
  slowed INTEGER NOT NULL,
  state TEXT NOT NULL,
  estimate REAL,
  margin REAL,
  pairs INTEGER NOT NULL,
  position_effect REAL,
  PRIMARY KEY (audit_id, benchmark_id)
) WITHOUT ROWID;
)sql"};
  return list;
}

void prepare(SQLite::Database& database, const std::string& name) {
  {
    SQLite::Transaction one_moment(
        database);  // another process may be creating the tables right now
    check_ours(database, name);
  }
  const int last = static_cast<int>(migrations().size());
  while (pragma(database, "user_version") < last) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    check_ours(database, name);  // it may have finished while this one waited for the lock
    const int version = pragma(database, "user_version");
    if (version == last) break;
    database.exec(migrations()[static_cast<std::size_t>(version)]);
    database.exec(fmt::format("PRAGMA application_id = {}", kApplicationId));
    database.exec(fmt::format("PRAGMA user_version = {}", version + 1));
    transaction.commit();
  }
  database.exec("PRAGMA foreign_keys = ON");
  if (database.execAndGet("PRAGMA journal_mode").getString() != "wal") {
    database.exec("PRAGMA journal_mode = WAL");
  }
}

}  // namespace woolly::store
