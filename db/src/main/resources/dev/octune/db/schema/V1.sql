-- Each statement may run again: a process may die between them, and only the row in octune_schema ends the step.

-- First of all, so that a file whose making was cut off is known as ours.
CREATE TABLE IF NOT EXISTS octune_schema (
  version           INTEGER PRIMARY KEY
);

CREATE TABLE IF NOT EXISTS session (
  session_id        INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id                VARCHAR(100)  NOT NULL UNIQUE,
  device            VARCHAR(2000) NOT NULL,
  octune_version    VARCHAR(100)  NOT NULL,
  compiler_version  VARCHAR(100)  NOT NULL
);

-- match_workload is the workload's text with azp=0: what lookups compare.
CREATE TABLE IF NOT EXISTS task (
  task_id           INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  workload          VARCHAR(4096) NOT NULL,
  target            VARCHAR(200)  NOT NULL,
  match_workload    VARCHAR(4096) NOT NULL,
  UNIQUE (workload, target)
);
CREATE INDEX IF NOT EXISTS task_match ON task (match_workload, target);

-- measurement is the binary form that MeasurementBytes documents; checksum is that of RowChecksum.
CREATE TABLE IF NOT EXISTS record (
  ordinal           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  task_id           INTEGER       NOT NULL,
  session_id        INTEGER       NOT NULL,
  number            INTEGER       NOT NULL,
  kind              VARCHAR(20)   NOT NULL,
  schedule          VARCHAR(4096) NOT NULL,
  status            VARCHAR(20)   NOT NULL,
  median_nanos      DOUBLE PRECISION,
  measurement       VARBINARY(1000000) NOT NULL,
  seed              BIGINT        NOT NULL,
  measured_at_millis BIGINT       NOT NULL,
  checksum          INTEGER       NOT NULL
);
-- The pages of one task in order, without sorting. No foreign keys here: H2 would keep two more indexes for them,
-- and the one writer inserts a record's task and session in the same transaction.
CREATE INDEX IF NOT EXISTS record_task ON record (task_id, ordinal);
ALTER TABLE record ADD CONSTRAINT IF NOT EXISTS record_number UNIQUE (session_id, number);

CREATE TABLE IF NOT EXISTS best (
  task_id             INTEGER PRIMARY KEY REFERENCES task,
  session_id          INTEGER       NOT NULL REFERENCES session,
  default_schedule    VARCHAR(4096) NOT NULL,
  default_measurement VARBINARY(1000000) NOT NULL,
  default_nanos       DOUBLE PRECISION NOT NULL,
  best_schedule       VARCHAR(4096) NOT NULL,
  best_measurement    VARBINARY(1000000) NOT NULL,
  best_nanos          DOUBLE PRECISION NOT NULL,
  confirmed_at_millis BIGINT        NOT NULL,
  checksum            INTEGER       NOT NULL
);
