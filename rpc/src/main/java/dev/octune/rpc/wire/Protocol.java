package dev.octune.rpc.wire;

import java.time.Duration;

/** The numbers that both ends agree on. */
public final class Protocol {
  /** The contract of workers.proto; enrolment refuses any other. */
  public static final int VERSION = 1;

  /**
   * Of one message, both ways. A confirmation of 16 candidates with all samples takes some 10 KB, a
   * compiler's complaint is cut at {@link #MAX_REASON_CHARS}: this is twenty times what is needed,
   * and 4 000 workers that each send the largest at once still fit a heap. Vert.x's default of 256
   * KB would do; it is set so that an upgrade can't change it.
   */
  public static final int MAX_MESSAGE_BYTES = 1 << 20;

  /** Of a blob in one message: many fit the window of a connection. */
  public static final int BLOB_CHUNK_BYTES = 256 << 10;

  /** A blob beyond this is no layer's weights: the largest in use are some 100 MB. */
  public static final long MAX_BLOB_BYTES = 512L << 20;

  /** Of a failure's reason; what is longer keeps its beginning. */
  public static final int MAX_REASON_CHARS = 8192;

  /** Of a workload, target or schedule; the longest in use has 300. */
  public static final int MAX_TEXT_CHARS = 4096;

  /** Of a request's note: it names a job and its candidates, of a confirmation sixteen of them. */
  public static final int MAX_NOTE_CHARS = 1 << 16;

  /** A rack behind one host, with room. */
  public static final int MAX_DEVICES = 64;

  /** Unanswered requests of one device: beyond, proposals only grow old. */
  public static final int MAX_DEPTH = 256;

  /** Side by side in one confirmation, as {@code Device.confirm} takes them. */
  public static final int MAX_CONFIRMED = 16;

  /** A request that takes a day will not be answered at all. */
  public static final Duration MAX_LIMIT = Duration.ofDays(1);

  /** Often enough that a lost worker is noticed while its trials are still worth repeating. */
  public static final Duration HEARTBEAT_EVERY = Duration.ofSeconds(3);

  /** Four heartbeats: a machine that swaps or measures with all its CPUs may be late by some. */
  public static final Duration SILENCE_LIMIT = Duration.ofSeconds(12);

  private Protocol() {}
}
