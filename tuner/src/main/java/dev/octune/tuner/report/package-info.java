/**
 * What people and programs read: the tables, JSON objects and progress lines of the command
 * contract. In: results of jobs and look-ups. Out: text. Never: deciding, measuring, storing.
 */
@NullMarked
package dev.octune.tuner.report;

import org.jspecify.annotations.NullMarked;
