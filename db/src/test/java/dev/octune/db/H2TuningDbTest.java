package dev.octune.db;

import dev.octune.db.TuningDb.Access;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class H2TuningDbTest extends TuningDbConformanceTest {
  @TempDir private Path folder;

  @Override
  TuningDb open() {
    return TuningDb.open(folder.resolve("tuning"), Access.WRITER);
  }
}
