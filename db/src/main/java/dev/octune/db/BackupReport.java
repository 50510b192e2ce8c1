package dev.octune.db;

import java.nio.file.Path;

/** The database file that a backup made, and what it holds. */
public record BackupReport(Path file, TuningDb.Counts counts, long fileBytes) {}
