package dev.octune.db;

class InMemoryJobDbTest extends JobDbConformanceTest {
  @Override
  TuningDb open() {
    return TuningDb.inMemory();
  }
}
