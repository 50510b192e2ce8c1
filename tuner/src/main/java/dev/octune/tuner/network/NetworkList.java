package dev.octune.tuner.network;

import dev.octune.kernels.text.TextException;
import dev.octune.kernels.workload.Workload;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The workloads of one network, each once, with its use count. A line of the file is {@code <uses>
 * <workload text>}; empty lines and lines that start with # say nothing to the reader.
 *
 * @param name the file's name without its ending
 */
public record NetworkList(String name, List<Entry> entries) {
  /** The longest list here has 6 kB; a megabyte is no list a person wrote. */
  static final int MAX_FILE_BYTES = 1 << 20;

  /** More uses than any network has layers: a larger number is a slip of the keyboard. */
  public static final int MAX_USES = 100_000;

  /** Reported at once; a file with more problems is most likely no list at all. */
  static final int MAX_PROBLEMS = 20;

  private static final String HOW_A_LINE_LOOKS = "write '<uses> <workload>', or start with #";

  /**
   * One workload of the network.
   *
   * @param uses how many layers are this workload
   */
  public record Entry(int uses, Workload workload) {
    public Entry {
      if (uses < 1 || uses > MAX_USES) {
        throw new IllegalArgumentException(
            "uses is %d, must be in [1, %d]".formatted(uses, MAX_USES));
      }
    }
  }

  public NetworkList {
    entries = List.copyOf(entries);
    if (entries.isEmpty()) {
      throw new IllegalArgumentException("network list " + name + " has no workload");
    }
  }

  /** Layers of the network: the sum of the use counts. */
  public int layers() {
    return entries.stream().mapToInt(Entry::uses).sum();
  }

  /** Multiply-adds of one pass through the network, padding counted. */
  public long macs() {
    return entries.stream().mapToLong(entry -> entry.uses() * entry.workload().macs()).sum();
  }

  /**
   * Reads a list.
   *
   * @throws TextException with all problems of the file, each with its line
   */
  public static NetworkList read(Path file) {
    List<String> lines = lines(file);
    List<String> problems = new ArrayList<>();
    List<Entry> entries = new ArrayList<>();
    Map<Workload, Integer> lineOfWorkload = new HashMap<>();
    for (int i = 0; i < lines.size() && problems.size() < MAX_PROBLEMS; i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      int number = i + 1;
      try {
        Entry entry = entry(line);
        Integer earlier = lineOfWorkload.putIfAbsent(entry.workload(), number);
        if (earlier != null) {
          throw new TextException(
              "the workload stands on line %d already. Mend: add its uses there"
                  .formatted(earlier));
        }
        entries.add(entry);
      } catch (TextException e) {
        problems.add(file + ":" + number + ": " + e.getMessage());
      }
    }
    if (problems.size() == MAX_PROBLEMS) {
      problems.add(file + ": the lines below were not read. Mend: is this a network list?");
    }
    if (problems.isEmpty() && entries.isEmpty()) {
      problems.add(file + ": no workload in it. Mend: " + HOW_A_LINE_LOOKS);
    }
    if (!problems.isEmpty()) {
      throw new TextException(String.join("\n", problems));
    }
    return new NetworkList(nameOf(file), entries);
  }

  private static Entry entry(String line) {
    String[] usesAndText = line.split("\\s+", 2);
    int uses;
    try {
      uses = Integer.parseInt(usesAndText[0]);
    } catch (NumberFormatException e) {
      throw new TextException(
          "'%s' is not a use count. Mend: %s".formatted(usesAndText[0], HOW_A_LINE_LOOKS), e);
    }
    if (uses < 1 || uses > MAX_USES) {
      throw new TextException(
          "uses is %d, must be in [1, %d]. Mend: count the layers".formatted(uses, MAX_USES));
    }
    if (usesAndText.length == 1) {
      throw new TextException("no workload after the use count. Mend: " + HOW_A_LINE_LOOKS);
    }
    return new Entry(uses, Workload.parse(usesAndText[1]));
  }

  private static List<String> lines(Path file) {
    byte[] content;
    try (InputStream in = Files.newInputStream(file)) {
      content = in.readNBytes(MAX_FILE_BYTES + 1);
    } catch (NoSuchFileException e) {
      throw unreadable(file, "no such file", "check the path; lists stand in configs/networks", e);
    } catch (IOException e) {
      throw unreadable(file, "can't be read: " + e.getMessage(), "give a readable file", e);
    }
    if (content.length > MAX_FILE_BYTES) {
      throw new TextException(
          "%s: longer than %d bytes. Mend: give a network list, one workload a line"
              .formatted(file, MAX_FILE_BYTES));
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(content))
          .toString()
          .lines()
          .toList();
    } catch (CharacterCodingException e) {
      throw unreadable(file, "not UTF-8 text", "give a network list, one workload a line", e);
    }
  }

  private static TextException unreadable(Path file, String what, String mend, IOException cause) {
    return new TextException(file + ": " + what + ". Mend: " + mend, cause);
  }

  private static String nameOf(Path file) {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }
}
