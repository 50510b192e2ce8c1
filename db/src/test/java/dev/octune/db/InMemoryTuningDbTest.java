package dev.octune.db;

final class InMemoryTuningDbTest extends TuningDbConformanceTest {
  @Override
  TuningDb open() {
    return TuningDb.inMemory();
  }
}
