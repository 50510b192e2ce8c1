package dev.octune.db.log;

import java.util.HexFormat;
import java.util.zip.CRC32;

/** CRC-32 (ISO 3309, as zip has it) as eight hex digits. */
final class Checksum {
  private Checksum() {}

  static String of(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }
}
