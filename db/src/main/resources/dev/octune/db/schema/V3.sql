-- What a restarted service must know of devices: who was there, and what each has told of itself.
-- Each statement may run again: a process may die between them, and only the row in octune_schema ends the step.

ALTER TABLE device ADD COLUMN IF NOT EXISTS is_attached BOOLEAN DEFAULT FALSE NOT NULL;

CREATE TABLE IF NOT EXISTS device_probe (
  device            VARCHAR(60)   NOT NULL,
  name              VARCHAR(100)  NOT NULL,
  number            DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (device, name)
);
