package dev.octune.rpc.frame;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Frames over two streams. A frame is an 8-byte header and its payload, little-endian:
 *
 * <pre>
 * byte 0–3  payload bytes, unsigned, not counting the header
 * byte 4    type
 * byte 5–7  zero; anything else means that the stream carries no frames
 * byte 8–   payload
 * </pre>
 *
 * <p>One thread may write while another reads; writes are whole against each other. Reading blocks:
 * the reader belongs on a platform thread, and a limit in time is the caller's (kill the process at
 * the other end and the read ends).
 */
public final class FrameChannel implements Closeable {
  public static final int HEADER_BYTES = 8;

  private final InputStream in;
  private final OutputStream out;
  private final int maxPayloadBytes;
  private final byte[] header = new byte[HEADER_BYTES];

  /**
   * @param maxPayloadBytes largest payload either way; an announced larger one is refused before
   *     memory is taken for it
   */
  public FrameChannel(InputStream in, OutputStream out, int maxPayloadBytes) {
    if (maxPayloadBytes < 0) {
      throw new IllegalArgumentException("maxPayloadBytes is negative: " + maxPayloadBytes);
    }
    this.in = in;
    this.out = out;
    this.maxPayloadBytes = maxPayloadBytes;
  }

  /**
   * Writes one frame and flushes. The parts are one payload in their order; each is read from its
   * position to its limit and left as it was.
   *
   * @throws IllegalArgumentException where the payload is beyond the limit; nothing was written
   */
  public synchronized void write(int type, ByteBuffer... parts) throws IOException {
    if (type < 0 || type > Frame.MAX_TYPE) {
      throw new IllegalArgumentException(
          "frame type is %d, must be in [0, %d]".formatted(type, Frame.MAX_TYPE));
    }
    long payloadBytes = 0;
    for (ByteBuffer part : parts) {
      payloadBytes += part.remaining();
    }
    if (payloadBytes > maxPayloadBytes) {
      throw new IllegalArgumentException(
          "frame of type %d has %d bytes, the limit of this channel is %d"
              .formatted(type, payloadBytes, maxPayloadBytes));
    }
    // One write of the whole frame: the other end wakes once, and a small frame is never split.
    ByteBuffer whole =
        ByteBuffer.allocate(HEADER_BYTES + (int) payloadBytes).order(ByteOrder.LITTLE_ENDIAN);
    whole.putInt((int) payloadBytes).put((byte) type).position(HEADER_BYTES);
    for (ByteBuffer part : parts) {
      whole.put(part.duplicate());
    }
    out.write(whole.array());
    out.flush();
  }

  /**
   * Reads one frame, blocking until it is whole.
   *
   * @throws FrameException where the other end closed, tore, garbled or overfilled the stream
   */
  public Frame read() throws IOException {
    int got = in.readNBytes(header, 0, HEADER_BYTES);
    if (got == 0) {
      throw new FrameException(FrameException.Kind.CLOSED, "the other end closed the channel");
    }
    if (got < HEADER_BYTES) {
      throw new FrameException(
          FrameException.Kind.TORN,
          "the channel ended after %d of %d header bytes".formatted(got, HEADER_BYTES));
    }
    ByteBuffer fields = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
    long payloadBytes = Integer.toUnsignedLong(fields.getInt());
    int type = Byte.toUnsignedInt(fields.get());
    if (fields.get() != 0 || fields.getShort() != 0) {
      throw new FrameException(
          FrameException.Kind.GARBLED, "no frame header, the stream reads " + shown(header));
    }
    if (payloadBytes > maxPayloadBytes) {
      throw new FrameException(
          FrameException.Kind.TOO_LARGE,
          "frame of type %d announces %d bytes, the limit of this channel is %d"
              .formatted(type, payloadBytes, maxPayloadBytes));
    }
    byte[] payload = in.readNBytes((int) payloadBytes);
    if (payload.length < payloadBytes) {
      throw new FrameException(
          FrameException.Kind.TORN,
          "the channel ended after %d of %d bytes of a frame of type %d"
              .formatted(payload.length, payloadBytes, type));
    }
    return new Frame(type, ByteBuffer.wrap(payload));
  }

  /** Closes both streams. */
  @Override
  public void close() throws IOException {
    @Nullable IOException first = null;
    try {
      out.close();
    } catch (IOException e) {
      first = e;
    }
    in.close();
    if (first != null) {
      throw first;
    }
  }

  private static String shown(byte[] bytes) {
    StringBuilder shown = new StringBuilder("\"");
    for (byte b : bytes) {
      shown.append(b >= ' ' && b < 0x7f ? "" + (char) b : "\\x%02x".formatted(b & 0xff));
    }
    return shown.append('"').toString();
  }
}
