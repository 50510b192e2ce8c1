package dev.octune.workers.run;

/**
 * Position-independent machine code with one entry.
 *
 * @param bytes the whole image; it is mapped at a page boundary, first to write, then to execute
 * @param entry offset of the first instruction in it
 */
@SuppressWarnings("ArrayRecordComponent") // an image is compared by no one and copied often
public record Code(byte[] bytes, int entry) {
  public Code {
    if (entry < 0 || entry >= bytes.length) {
      throw new IllegalArgumentException(
          "entry %d is outside the image's %d bytes".formatted(entry, bytes.length));
    }
  }
}
