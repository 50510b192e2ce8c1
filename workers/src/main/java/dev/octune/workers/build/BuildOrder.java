package dev.octune.workers.build;

import dev.octune.rpc.frame.Frame;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/**
 * A build as it crosses to the child. Payload: the output's name, triple, cpu and features, each as
 * its byte count (s32) and UTF-8 text; the rest is the module's text.
 */
record BuildOrder(Output output, String triple, String cpu, String features, ByteBuffer ir) {
  /** Frame types between builder and child. */
  static final int BUILD = 1;

  /** The child is ready; payload: LLVM's version. */
  static final int READY = 2;

  /** Payload: nanoseconds within LLVM (s64), then the file. */
  static final int BUILT = 3;

  /** Payload: the reason. */
  static final int REFUSED = 4;

  /** Largest module, object or text. A kernel's module has 30 KB; unrolled to the limit, 2 MB. */
  static final int MAX_FRAME_BYTES = 32 << 20;

  static BuildOrder of(BuildRequest request, Output output) {
    return new BuildOrder(
        output,
        request.isa().arch().llvmTriple(),
        request.isa().llvmCpu(),
        request.isa().llvmFeatures(),
        ByteBuffer.wrap(request.ir().getBytes(StandardCharsets.UTF_8)));
  }

  ByteBuffer[] payload() {
    List<byte[]> texts =
        Stream.of(output.name(), triple, cpu, features)
            .map(text -> text.getBytes(StandardCharsets.UTF_8))
            .toList();
    int headBytes = texts.stream().mapToInt(text -> Integer.BYTES + text.length).sum();
    ByteBuffer head = ByteBuffer.allocate(headBytes).order(ByteOrder.LITTLE_ENDIAN);
    texts.forEach(text -> head.putInt(text.length).put(text));
    return new ByteBuffer[] {head.flip(), ir};
  }

  static BuildOrder read(Frame frame) {
    ByteBuffer in = frame.payload();
    return new BuildOrder(Output.valueOf(text(in)), text(in), text(in), text(in), in.slice());
  }

  private static String text(ByteBuffer in) {
    byte[] bytes = new byte[in.getInt()];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
