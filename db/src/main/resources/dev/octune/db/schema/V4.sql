-- The best trial of a job's task, so that an ended job keeps it without its records being read.
-- The statement may run again: a process may die after it, and only the row in octune_schema ends the step.

ALTER TABLE job_task ADD COLUMN IF NOT EXISTS best_nanos DOUBLE PRECISION;
