/**
 * Which stored result answers a query. In: a query (workload, target), the confirmed bests of its
 * operator, and the judge of what is legal. Out: a {@link dev.octune.db.match.LookupResult}. Never:
 * storage; a result that the query's machine can't run.
 */
@NullMarked
package dev.octune.db.match;

import org.jspecify.annotations.NullMarked;
