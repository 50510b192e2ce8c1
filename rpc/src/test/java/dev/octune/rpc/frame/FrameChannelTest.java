package dev.octune.rpc.frame;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class FrameChannelTest {
  private static final int LIMIT_BYTES = 1 << 16;

  private static byte[] written(int type, byte[]... parts) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new FrameChannel(InputStream.nullInputStream(), bytes, LIMIT_BYTES)
        .write(type, Arrays.stream(parts).map(ByteBuffer::wrap).toArray(ByteBuffer[]::new));
    return bytes.toByteArray();
  }

  private static FrameChannel reading(byte[] bytes) {
    return new FrameChannel(
        new ByteArrayInputStream(bytes), OutputStream.nullOutputStream(), LIMIT_BYTES);
  }

  private static FrameException refusal(byte[] bytes) {
    return assertThrows(FrameException.class, () -> reading(bytes).read());
  }

  @Test
  void write_twoParts_layoutIsTheDocumentedOne() throws IOException {
    assertArrayEquals(
        new byte[] {3, 0, 0, 0, (byte) 200, 0, 0, 0, 7, 8, 9},
        written(200, new byte[] {7, 8}, new byte[] {9}));
  }

  @Test
  void read_whatWasWritten_sameFrames() throws IOException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      byte[] payload = new byte[random.nextInt(300)];
      random.nextBytes(payload);
      int type = random.nextInt(Frame.MAX_TYPE + 1);
      Frame frame = reading(written(type, payload)).read();
      assertEquals(type, frame.type(), "seed " + seed);
      assertArrayEquals(payload, frame.bytes(), "seed " + seed);
    }
  }

  @Test
  void write_partOfABuffer_onlyThatPartAndTheBufferUnmoved() throws IOException {
    ByteBuffer part = ByteBuffer.wrap(new byte[] {1, 2, 3, 4}).position(1).limit(3);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new FrameChannel(InputStream.nullInputStream(), bytes, 10).write(0, part);
    assertArrayEquals(new byte[] {2, 3}, reading(bytes.toByteArray()).read().bytes());
    assertEquals(1, part.position());
  }

  @Test
  void read_endBetweenFrames_closed() {
    assertEquals(FrameException.Kind.CLOSED, refusal(new byte[0]).kind());
  }

  @Test
  void read_cutAnywhere_torn() throws IOException {
    byte[] whole = written(1, "payload".getBytes(StandardCharsets.UTF_8));
    for (int length = 1; length < whole.length; length++) {
      assertEquals(
          FrameException.Kind.TORN, refusal(Arrays.copyOf(whole, length)).kind(), "at " + length);
    }
  }

  @Test
  void read_textInsteadOfFrames_garbledAndShown() {
    FrameException refusal = refusal("LLVM ERROR: out".getBytes(StandardCharsets.UTF_8));
    assertEquals(FrameException.Kind.GARBLED, refusal.kind());
    assertTrue(refusal.toString().contains("LLVM ERR"), refusal.toString());
  }

  @Test
  void read_hugeLength_refusedBeforeMemoryIsTaken() {
    byte[] header = {-1, -1, -1, -1, 5, 0, 0, 0};
    FrameException refusal = refusal(header);
    assertEquals(FrameException.Kind.TOO_LARGE, refusal.kind());
    assertTrue(refusal.toString().contains("4294967295"), refusal.toString());
  }

  @Test
  void write_beyondTheLimit_refusedAndNothingWritten() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    FrameChannel channel = new FrameChannel(InputStream.nullInputStream(), bytes, 4);
    assertThrows(
        IllegalArgumentException.class, () -> channel.write(1, ByteBuffer.wrap(new byte[5])));
    assertEquals(0, bytes.size());
  }

  @Test
  void read_randomBytes_aFrameOrARefusalNeverAnotherError() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    int frames = 0;
    int refusals = 0;
    for (int round = 0; round < 2000; round++) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      for (int i = 0; i < Math.min(bytes.length, 8); i++) {
        bytes[i] = i > 0 && random.nextInt(10) < 8 ? 0 : (byte) (bytes[i] & 31);
      }
      try {
        assertTrue(reading(bytes).read().payload().remaining() <= bytes.length);
        frames++;
      } catch (FrameException _) {
        refusals++;
      } catch (IOException e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
    assertTrue(frames > 0 && refusals > 0, "seed " + seed);
  }
}
