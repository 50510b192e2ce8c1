package dev.octune.tuner.coordinator;

import dev.octune.db.job.JobChange;

/**
 * Numbers leases so that none is given twice, over restarts too: a block of tokens is reserved in
 * the store before any of it is used, and a new process begins behind it.
 */
final class TokenSupply {
  /** A write for so many leases; a restart skips at most so many numbers of 2^63. */
  private static final long BLOCK = 100_000;

  private final Ledger ledger;
  private final long reservedBefore;
  private long last;
  private long reserved;
  private boolean reserving;

  TokenSupply(Ledger ledger, long reservedBefore) {
    this.ledger = ledger;
    this.reservedBefore = reservedBefore;
    this.last = reservedBefore;
    this.reserved = reservedBefore;
  }

  /** True where a token may be taken now; else one is on its way. */
  boolean isReady(Moment moment) {
    if (!reserving && reserved - last < BLOCK / 2) {
      reserving = true;
      long upTo = reserved + BLOCK;
      ledger.keep(
          moment,
          new JobChange.TokensReserved(upTo),
          _ -> {
            reserving = false;
            reserved = upTo;
          });
    }
    return last < reserved;
  }

  /** Whether a process before this one may have given it. */
  boolean isOfAnEarlierProcess(long token) {
    return token > 0 && token <= reservedBefore;
  }

  long take() {
    if (last >= reserved) {
      throw new IllegalStateException("token " + (last + 1) + " is not reserved");
    }
    return ++last;
  }
}
