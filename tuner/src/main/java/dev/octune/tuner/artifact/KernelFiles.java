package dev.octune.tuner.artifact;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.octune.kernels.space.Candidate;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * The files of {@code octune kernel -o DIR}: kernel.o, kernel.h, kernel.ll, kernel.s, kernel.json.
 *
 * @param symbol prefix of the kernel's functions, a C identifier
 * @param ir the module's LLVM IR text
 * @param assembly the same module as assembly
 * @param object the same module as a relocatable ELF object
 * @param origin where the schedule comes from: database, given, default
 */
public record KernelFiles(
    Candidate candidate,
    String symbol,
    String ir,
    ByteBuffer assembly,
    ByteBuffer object,
    String compiler,
    String origin) {

  /** What stands behind the symbol and an underscore, whatever the output. */
  private static final List<String> FUNCTIONS =
      List.of("act_bytes", "wgt_bytes", "out_bytes", "pack_act", "pack_wgt", "run", "unpack_out");

  /** Writes all files, replacing those there; returns them in the order written. */
  public List<Path> write(Path folder) throws IOException {
    Files.createDirectories(folder);
    return List.of(
        write(folder.resolve("kernel.o"), object),
        Files.writeString(folder.resolve("kernel.h"), CHeader.of(candidate, symbol)),
        Files.writeString(folder.resolve("kernel.ll"), ir),
        write(folder.resolve("kernel.s"), assembly),
        Files.writeString(folder.resolve("kernel.json"), json().toPrettyString() + "\n"));
  }

  private static Path write(Path file, ByteBuffer bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer left = bytes.duplicate();
      while (left.hasRemaining()) {
        channel.write(left);
      }
    }
    return file;
  }

  private ObjectNode json() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("symbol", symbol);
    node.put("workload", candidate.workload().text());
    node.put("target", candidate.target().text());
    node.put("schedule", candidate.schedule().text());
    node.put("schedule_from", origin);
    node.put("compiler", compiler);
    ArrayNode functions = node.putArray("functions");
    FUNCTIONS.forEach(functions::add);
    if (candidate.workload().numerics().out().isRequantized()) {
      functions.add("pack_quant");
    }
    return node;
  }
}
