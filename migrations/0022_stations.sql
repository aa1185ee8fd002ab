-- 分站上线: what a station has on its way, who may buy in its trial, its tasks, who was trained.

-- A row is made when a station begins to prepare, or is moved; the state itself stays in region.state. Days and times are of the
-- last time it came there. heir: the station that took over.
CREATE TABLE station (
  region TEXT PRIMARY KEY REFERENCES region (code),
  planned BIGINT,
  prepared_at BIGINT,
  trial_at BIGINT,
  live_at BIGINT,
  closed_at BIGINT,
  heir TEXT REFERENCES region (code),
  reason TEXT NOT NULL,
  version BIGINT NOT NULL
);

-- Units named for the trial of their station.
CREATE TABLE station_unit (
  unit BIGINT PRIMARY KEY REFERENCES org (id),
  region TEXT NOT NULL REFERENCES region (code),
  named_at BIGINT NOT NULL,
  named_by BIGINT NOT NULL REFERENCES person (id)
);
CREATE INDEX station_unit_region ON station_unit (region);

-- before: working days before the planned day, for tasks whose due day moves with it.
CREATE TABLE station_task (
  id BIGINT PRIMARY KEY,
  region TEXT NOT NULL REFERENCES region (code),
  area TEXT NOT NULL,
  title TEXT NOT NULL,
  must BIGINT NOT NULL,
  before BIGINT,
  due BIGINT NOT NULL,
  owner BIGINT REFERENCES person (id),
  state TEXT NOT NULL CHECK (state IN ('open', 'done')),
  done_at BIGINT,
  version BIGINT NOT NULL
);
CREATE INDEX station_task_region ON station_task (region, due, id);
CREATE INDEX station_task_due ON station_task (state, due);

-- 培训记录: one person in one course on one day, once.
CREATE TABLE training (
  id BIGINT PRIMARY KEY,
  region TEXT NOT NULL REFERENCES region (code),
  person BIGINT NOT NULL REFERENCES person (id),
  course TEXT NOT NULL,
  day BIGINT NOT NULL,
  made_by BIGINT NOT NULL REFERENCES person (id),
  made_at BIGINT NOT NULL,
  UNIQUE (person, course, day)
);
CREATE INDEX training_region ON training (region, day);
