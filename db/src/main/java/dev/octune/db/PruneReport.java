package dev.octune.db;

/** What pruning removed, and the size of the file before and after compaction. */
public record PruneReport(
    long removedRecords, long keptRecords, long fileBytesBefore, long fileBytesAfter) {}
