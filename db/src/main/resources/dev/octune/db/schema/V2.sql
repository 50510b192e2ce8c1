-- The service's jobs and devices. States, causes and sources are words that the program gives a meaning.
-- Each statement may run again: a process may die between them, and only the row in octune_schema ends the step.

CREATE TABLE IF NOT EXISTS job (
  job_number        BIGINT PRIMARY KEY,
  name              VARCHAR(200)  NOT NULL,
  owner             VARCHAR(100)  NOT NULL,
  device_key        VARCHAR(60)   NOT NULL,
  target            VARCHAR(200)  NOT NULL,
  strategy          VARCHAR(20)   NOT NULL,
  seed              BIGINT        NOT NULL,
  priority          INTEGER       NOT NULL,
  weight            DOUBLE PRECISION NOT NULL,
  budget_trials     INTEGER,
  budget_trials_per_task INTEGER,
  budget_millis     BIGINT,
  state             VARCHAR(20)   NOT NULL,
  trials            INTEGER       NOT NULL,
  wrong_answers     INTEGER       NOT NULL,
  build_failures    INTEGER       NOT NULL,
  run_failures      INTEGER       NOT NULL,
  planned_trials    INTEGER       NOT NULL,
  active_millis     BIGINT        NOT NULL,
  first_result_millis BIGINT,
  device_seconds    DOUBLE PRECISION NOT NULL
);
CREATE INDEX IF NOT EXISTS job_state ON job (state, job_number);

CREATE TABLE IF NOT EXISTS job_task (
  job_number        BIGINT        NOT NULL,
  task              INTEGER       NOT NULL,
  workload          VARCHAR(4096) NOT NULL,
  uses              INTEGER       NOT NULL,
  layers            VARCHAR(4096) ARRAY NOT NULL,
  space_size        INTEGER       NOT NULL,
  trials            INTEGER       NOT NULL,
  source            VARCHAR(20),
  default_schedule  VARCHAR(4096),
  default_measurement VARBINARY(1000000),
  best_schedule     VARCHAR(4096),
  best_measurement  VARBINARY(1000000),
  PRIMARY KEY (job_number, task)
);

CREATE TABLE IF NOT EXISTS job_uncovered (
  job_number        BIGINT        NOT NULL,
  number            INTEGER       NOT NULL,
  layer             VARCHAR(4096) NOT NULL,
  op                VARCHAR(200)  NOT NULL,
  reason            VARCHAR(4096) NOT NULL,
  PRIMARY KEY (job_number, number)
);

CREATE TABLE IF NOT EXISTS job_move (
  job_number        BIGINT        NOT NULL,
  number            INTEGER       NOT NULL,
  state             VARCHAR(20)   NOT NULL,
  who               VARCHAR(100)  NOT NULL,
  why               VARCHAR(2000) NOT NULL,
  at_millis         BIGINT        NOT NULL,
  PRIMARY KEY (job_number, number)
);

-- Which records are a job's: those of its sessions. factor scales a device's times to its key's reference.
CREATE TABLE IF NOT EXISTS job_session (
  session_id        INTEGER       PRIMARY KEY,
  job_number        BIGINT        NOT NULL,
  device            VARCHAR(60)   NOT NULL,
  factor            DOUBLE PRECISION NOT NULL
);
CREATE INDEX IF NOT EXISTS job_session_job ON job_session (job_number, session_id);

CREATE TABLE IF NOT EXISTS device_key (
  device_key        VARCHAR(60)   PRIMARY KEY,
  target            VARCHAR(200)  NOT NULL,
  reference_nanos   DOUBLE PRECISION
);

CREATE TABLE IF NOT EXISTS device (
  device            VARCHAR(60)   PRIMARY KEY,
  device_key        VARCHAR(60)   NOT NULL,
  description       VARCHAR(2000) NOT NULL,
  base_nanos        DOUBLE PRECISION,
  quarantine_cause  VARCHAR(20),
  quarantine_reason VARCHAR(2000),
  quarantine_millis BIGINT
);

-- Numbers that must never be given twice.
CREATE TABLE IF NOT EXISTS high_water (
  name              VARCHAR(40)   PRIMARY KEY,
  reached           BIGINT        NOT NULL
);
