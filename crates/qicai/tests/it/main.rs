//! The suite over HTTP: the same tests on SQLite and, with QICAI_TEST_ENGINE=postgres, on PostgreSQL.

mod admission;
mod auctions;
mod batch;
mod brands;
mod certificates;
mod conduct;
mod costs;
mod crowd;
mod disputes;
mod edges;
mod evaluations;
mod filings;
mod fixed;
mod house;
mod inspections;
mod intake;
mod job;
mod kill;
mod mall;
mod matrix;
mod mess;
mod pictures;
mod prices;
mod record;
mod venues;
mod world;
