package dev.octune.workers.build;

import java.nio.ByteBuffer;

/** How one architecture refers from code to code and constants. */
sealed interface RelocationRules permits X86Relocations, Aarch64Relocations {
  /** e_machine of its objects. */
  int machine();

  /**
   * Bytes that a relocation of this type changes.
   *
   * @throws ObjectException where it cannot be resolved without knowing the address
   */
  int widthBytes(int type) throws ObjectException;

  /**
   * Makes the bytes at {@code place} refer to {@code goal}, both offsets within an image that
   * starts at a multiple of 4096.
   *
   * @param type one that {@link #widthBytes} accepts
   */
  void apply(ByteBuffer image, int place, int type, long goal) throws ObjectException;

  /** Throws unless the value fits a signed field of so many bits. */
  static void requireSigned(long value, int bits, String type) throws ObjectException {
    if (value < -(1L << (bits - 1)) || value >= 1L << (bits - 1)) {
      throw new ObjectException("%s cannot reach over %d bytes".formatted(type, value));
    }
  }
}
