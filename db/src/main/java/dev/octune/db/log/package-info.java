/**
 * Tuning logs: JSON lines that carry records from one database to another. In: a database, or a
 * file that anybody may have written or torn. Out: the file, or records with a report of every line
 * that was skipped. Jackson is known in this room only. Never: a fatal or a silent bad line.
 */
@NullMarked
package dev.octune.db.log;

import org.jspecify.annotations.NullMarked;
