package dev.octune.db;

import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.measure.Measurement.BuildFailed;
import dev.octune.kernels.measure.Measurement.CacheState;
import dev.octune.kernels.measure.Measurement.DeviceLost;
import dev.octune.kernels.measure.Measurement.Placement;
import dev.octune.kernels.measure.Measurement.RunFailed;
import dev.octune.kernels.measure.Measurement.Sample;
import dev.octune.kernels.measure.Measurement.Timed;
import dev.octune.kernels.measure.Measurement.TimedOut;
import dev.octune.kernels.measure.Measurement.WrongAnswer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The binary form of a measurement in the database, big-endian, about 13 bytes a sample:
 *
 * <pre>
 * u8 form = 1, u8 case
 * case 0 timed:         u8 displaced, i32 placements, { i32 process, i32 samples,
 *                       { f64 nanosPerCall, i32 calls, u8 preempted } }
 * case 1 wrong answer:  text fill, text what, text repro        text = i32 bytes, UTF-8
 * case 2 build failed:  text reason
 * case 3 run failed:    text reason
 * case 4 timed out:     text phase, i64 limitMillis
 * case 5 device lost:   text reason
 * </pre>
 */
final class MeasurementBytes {
  /** The newest form; older ones stay readable. */
  static final int FORM = 1;

  /** Largest measurement: its column holds no more. */
  static final int MAX_BYTES = 1_000_000;

  /** Longest failure text that is kept; a compiler's complaint says the cause first. */
  static final int MAX_TEXT_CHARS = 50_000;

  private MeasurementBytes() {}

  static byte[] write(Measurement measurement) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(FORM);
      switch (measurement) {
        case Timed timed -> {
          out.writeByte(0);
          writeTimed(out, timed);
        }
        case WrongAnswer(String fill, String what, String repro) -> {
          out.writeByte(1);
          writeText(out, fill);
          writeText(out, what);
          writeText(out, repro);
        }
        case BuildFailed(String reason) -> {
          out.writeByte(2);
          writeText(out, reason);
        }
        case RunFailed(String reason) -> {
          out.writeByte(3);
          writeText(out, reason);
        }
        case TimedOut(String phase, long limitMillis) -> {
          out.writeByte(4);
          writeText(out, phase);
          out.writeLong(limitMillis);
        }
        case DeviceLost(String reason) -> {
          out.writeByte(5);
          writeText(out, reason);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    if (bytes.size() > MAX_BYTES) {
      throw new IllegalArgumentException(
          "a measurement has %d bytes, at most %d are stored".formatted(bytes.size(), MAX_BYTES));
    }
    return bytes.toByteArray();
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IOException where the bytes are something else
   */
  static Measurement read(byte[] bytes) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    int form = in.readUnsignedByte();
    if (form != FORM) {
      throw new IOException("measurement has form " + form + ", known is " + FORM);
    }
    int kind = in.readUnsignedByte();
    return switch (kind) {
      case 0 -> readTimed(in);
      case 1 -> new WrongAnswer(readText(in), readText(in), readText(in));
      case 2 -> new BuildFailed(readText(in));
      case 3 -> new RunFailed(readText(in));
      case 4 -> new TimedOut(readText(in), in.readLong());
      case 5 -> new DeviceLost(readText(in));
      default -> throw new IOException("measurement has case " + kind + ", known are 0 to 5");
    };
  }

  private static void writeTimed(DataOutputStream out, Timed timed) throws IOException {
    out.writeBoolean(timed.cache() == CacheState.DISPLACED);
    out.writeInt(timed.placements().size());
    for (Placement placement : timed.placements()) {
      out.writeInt(placement.process());
      out.writeInt(placement.samples().size());
      for (Sample sample : placement.samples()) {
        out.writeDouble(sample.nanosPerCall());
        out.writeInt(sample.calls());
        out.writeBoolean(sample.preempted());
      }
    }
  }

  private static Timed readTimed(DataInputStream in) throws IOException {
    CacheState cache = in.readBoolean() ? CacheState.DISPLACED : CacheState.HOT;
    List<Placement> placements = new ArrayList<>();
    for (int p = readCount(in); p > 0; p--) {
      int process = in.readInt();
      List<Sample> samples = new ArrayList<>();
      for (int s = readCount(in); s > 0; s--) {
        samples.add(new Sample(in.readDouble(), in.readInt(), in.readBoolean()));
      }
      placements.add(new Placement(process, samples));
    }
    return new Timed(placements, cache);
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    String kept = text.length() <= MAX_TEXT_CHARS ? text : text.substring(0, MAX_TEXT_CHARS) + "…";
    byte[] utf8 = kept.getBytes(StandardCharsets.UTF_8);
    out.writeInt(utf8.length);
    out.write(utf8);
  }

  private static String readText(DataInputStream in) throws IOException {
    return new String(in.readNBytes(readCount(in)), StandardCharsets.UTF_8);
  }

  private static int readCount(DataInputStream in) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > in.available()) {
      throw new IOException("measurement counts " + count + " with " + in.available() + " left");
    }
    return count;
  }
}
