package dev.octune.db;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class H2JobDbTest extends JobDbConformanceTest {
  @TempDir private Path folder;

  @Override
  TuningDb open() {
    return TuningDb.open(folder.resolve("jobs"), TuningDb.Access.WRITER);
  }
}
