package dev.octune.db.log;

/**
 * What an import did with the lines of a file.
 *
 * @param records stored
 * @param bests stored
 * @param duplicates records that were there already
 * @param keptBests confirmed bests that did not replace the stored one
 * @param skipped lines that are no record of a version this program knows
 */
public record ImportReport(
    long records, long bests, long duplicates, long keptBests, long skipped) {}
