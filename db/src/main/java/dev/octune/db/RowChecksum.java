package dev.octune.db;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * CRC-32 of everything a record or a confirmed best consists of, in whatever tables it lies. H2
 * checks the headers of its pages, not what is in them: without this a damaged digit would be read
 * as a measured time. Part of the schema: the order of fields is fixed.
 */
final class RowChecksum {
  private final CRC32 crc = new CRC32();

  RowChecksum add(String text) {
    return add(text.getBytes(StandardCharsets.UTF_8));
  }

  RowChecksum add(long number) {
    crc.update(ByteBuffer.allocate(Long.BYTES).putLong(number).flip());
    return this;
  }

  /** The length stands before the bytes, so that no two rows read alike. */
  RowChecksum add(byte[] bytes) {
    add(bytes.length);
    crc.update(bytes);
    return this;
  }

  int value() {
    return (int) crc.getValue();
  }
}
