package dev.octune.db;

/** In which order pages of records come. */
public enum RecordOrder {
  /** As they were stored. */
  OLDEST_FIRST,
  /** The other way round; what is stored after the first page was read is in no later one. */
  NEWEST_FIRST
}
