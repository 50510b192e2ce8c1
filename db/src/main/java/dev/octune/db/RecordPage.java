package dev.octune.db;

import dev.octune.db.record.TuningRecord;
import java.util.List;
import java.util.OptionalLong;

/**
 * Some records, in the order asked for.
 *
 * @param next the position behind which the next page begins; empty where there is none
 */
public record RecordPage(List<TuningRecord> records, OptionalLong next) {
  public RecordPage {
    records = List.copyOf(records);
  }
}
