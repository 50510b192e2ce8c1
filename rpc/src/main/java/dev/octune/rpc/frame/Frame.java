package dev.octune.rpc.frame;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * One message.
 *
 * @param type what the payload is, in [0, 255]; the two ends agree on the meaning
 * @param payload little-endian, position 0; the receiver owns it
 */
public record Frame(int type, ByteBuffer payload) {
  /** Types fit one byte of the header. */
  public static final int MAX_TYPE = 255;

  public Frame {
    if (type < 0 || type > MAX_TYPE) {
      throw new IllegalArgumentException(
          "frame type is %d, must be in [0, %d]".formatted(type, MAX_TYPE));
    }
    payload = payload.order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The remaining payload as UTF-8 text; damaged sequences read as U+FFFD. */
  public String text() {
    return StandardCharsets.UTF_8.decode(payload.duplicate()).toString();
  }

  /** A copy of the remaining payload. */
  public byte[] bytes() {
    byte[] bytes = new byte[payload.remaining()];
    payload.duplicate().get(bytes);
    return bytes;
  }
}
