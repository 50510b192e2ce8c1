package dev.octune.workers.run;

import dev.octune.kernels.target.Arch;
import dev.octune.kernels.workload.Output;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** The numbers of protocol.h, and payloads of u64 words. */
final class Wire {
  static final int VERSION = 4;
  static final int MAX_PAYLOAD_BYTES = 8 << 20;
  static final int MAX_PROBLEMS = 64;
  static final int MAX_LAYOUTS = 256;
  static final int MAX_KERNELS = 16;

  static final int HELLO = 1;
  static final int PROBLEM = 2;
  static final int ANSWER = 3;
  static final int DROP_PROBLEM = 4;
  static final int LAYOUT = 5;
  static final int DROP_LAYOUT = 6;
  static final int MEASURE = 7;
  static final int LOOP = 8;
  static final int OPERAND = 10;
  static final int HELD = 11;
  static final int WEIGHTS = 12;
  static final int TABLE = 13;
  static final int SANDBOX = 14;

  static final int OK = 100;
  static final int REPORT = 101;
  static final int ERROR = 102;

  static final int OUT_U8 = 0;
  static final int OUT_S8 = 1;
  static final int OUT_S32 = 2;

  static final long CHECK_ONLY = 1;
  static final long CHECK_AND_TIME = 3;

  private Wire() {}

  static Arch arch(long code) {
    return switch ((int) code) {
      case 1 -> Arch.X86_64;
      case 2 -> Arch.AARCH64;
      default -> throw new IllegalArgumentException("the runner names architecture " + code);
    };
  }

  static int outKind(Output out) {
    return switch (out) {
      case S32 -> OUT_S32;
      case U8_DOUBLE, U8_SINGLE -> OUT_U8;
      case S8_DOUBLE, S8_SINGLE -> OUT_S8;
    };
  }

  /** Words that grow. */
  static final class Words {
    private ByteBuffer buffer = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);

    Words put(long... words) {
      if (buffer.remaining() < 8 * words.length) {
        ByteBuffer larger =
            ByteBuffer.allocate(2 * buffer.capacity() + 8 * words.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        larger.put(buffer.flip());
        buffer = larger;
      }
      for (long word : words) {
        buffer.putLong(word);
      }
      return this;
    }

    Words putCpus(List<Integer> cpus) {
      put(cpus.size());
      cpus.forEach(cpu -> put(cpu));
      return this;
    }

    ByteBuffer payload() {
      return buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN).flip();
    }
  }
}
