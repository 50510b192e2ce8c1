package dev.octune.tuner.landscape;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Knob;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.text.TextException;
import dev.octune.kernels.workload.Workload;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * The text of a landscape file, schema 1. UTF-8, one statement a line, in this order:
 *
 * <pre>
 * octune-landscape schema_version=1
 * workload TEXT                      device TEXT
 * target TEXT                        template NAME/VERSION
 * knob size NAME V1 V2 …             knob choice NAME V1 V2 …     (one line a knob)
 * default I1 I2 …                    indices of the default's values, in knob order
 * seed N                             space_size N            points N
 * I1 I2 … timed NANOS                or   I1 I2 … build_failed    (one line a point)
 * crc32 HEX                          of all bytes above
 * </pre>
 */
final class LandscapeFile {
  private static final int SCHEMA_VERSION = 1;
  private static final String HEAD = "octune-landscape schema_version=";

  /** Longest line read: a knob line of 1 000 values stays below. */
  private static final int MAX_LINE_BYTES = 1 << 14;

  /** A line of knob or point; more knobs than any template has. */
  private static final int MAX_KNOBS = 64;

  private static final int GZIP_MAGIC_0 = 0x1f;
  private static final int GZIP_MAGIC_1 = 0x8b;

  private final InputStream in;
  private final Path file;
  private final CRC32 crc = new CRC32();
  private int lineNumber;

  private LandscapeFile(InputStream in, Path file) {
    this.in = in;
    this.file = file;
  }

  static void write(Landscape landscape, Path file) throws IOException {
    StringBuilder text = new StringBuilder();
    text.append(HEAD).append(SCHEMA_VERSION).append('\n');
    line(text, "workload", landscape.workload().text());
    line(text, "target", landscape.target().text());
    line(text, "device", landscape.device().replaceAll("\\s+", " ").strip());
    Schedule first = landscape.defaultSchedule();
    line(text, "template", first.template() + "/" + first.version());
    for (Knob knob : landscape.knobs()) {
      String kind =
          switch (knob) {
            case Knob.Size _ -> "size";
            case Knob.Choice _ -> "choice";
          };
      line(text, "knob", kind + " " + knob.name() + " " + String.join(" ", knob.values()));
    }
    line(text, "default", indices(landscape.knobs(), first));
    line(text, "seed", Long.toString(landscape.seed()));
    line(text, "space_size", Integer.toString(landscape.spaceSize()));
    line(text, "points", Integer.toString(landscape.points().size()));
    for (Landscape.Point point : landscape.points()) {
      String outcome =
          switch (point.outcome()) {
            case Landscape.Outcome.Timed timed ->
                String.format(Locale.ROOT, "timed %.1f", timed.medianNanos());
            case Landscape.Outcome.Failed failed -> failed.failure().status();
          };
      line(text, indices(landscape.knobs(), point.schedule()), outcome);
    }
    CRC32 crc = new CRC32();
    crc.update(text.toString().getBytes(UTF_8));
    line(text, "crc32", "%08x".formatted(crc.getValue()));
    replace(file, text.toString().getBytes(UTF_8));
  }

  /** Beside the file first, so that a crash leaves the old one whole. */
  private static void replace(Path file, byte[] bytes) throws IOException {
    Path partial = file.resolveSibling(file.getFileName() + ".partial");
    try {
      try (OutputStream raw = Files.newOutputStream(partial);
          OutputStream out = file.toString().endsWith(".gz") ? new GZIPOutputStream(raw) : raw) {
        out.write(bytes);
      }
      Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(partial);
    }
  }

  private static void line(StringBuilder text, String key, String value) {
    text.append(key).append(' ').append(value).append('\n');
  }

  private static String indices(List<Knob> knobs, Schedule schedule) {
    StringBuilder line = new StringBuilder();
    for (Knob knob : knobs) {
      int index = knob.values().indexOf(schedule.choice(knob.name()));
      if (index < 0) {
        throw new IllegalArgumentException(
            "schedule '%s' is not made of these knobs".formatted(schedule.text()));
      }
      line.append(line.isEmpty() ? "" : " ").append(index);
    }
    return line.toString();
  }

  static Landscape read(Path file) throws IOException {
    try (InputStream raw = new BufferedInputStream(Files.newInputStream(file))) {
      raw.mark(2);
      boolean gzip = raw.read() == GZIP_MAGIC_0 && raw.read() == GZIP_MAGIC_1;
      raw.reset();
      InputStream in = gzip ? new BufferedInputStream(new GZIPInputStream(raw)) : raw;
      return new LandscapeFile(in, file).read();
    } catch (java.util.zip.ZipException | java.io.EOFException e) {
      throw new TextException(
          "landscape %s: its gzip stream is damaged (%s). Mend: record or copy it again"
              .formatted(file, e.getMessage()),
          e);
    }
  }

  private Landscape read() throws IOException {
    readHead();
    Workload workload = parsed(Workload::parse, value("workload"));
    Target target = parsed(Target::parse, value("target"));
    String device = value("device");
    Schedule template = parsed(Schedule::parse, value("template"));
    List<Knob> knobs = new ArrayList<>();
    String next = nextLine();
    for (; next.startsWith("knob "); next = nextLine()) {
      knobs.add(knob(next));
    }
    requireSmallSpace(knobs);
    String[] defaults = valueOf("default", next).split(" ", -1);
    Schedule defaultSchedule = schedule(template, knobs, defaults, defaults.length);
    long seed = number("seed", value("seed"), Long.MIN_VALUE, Long.MAX_VALUE);
    int spaceSize = (int) number("space_size", value("space_size"), 1, ConfigSpace.MAX_RAW_POINTS);
    int count =
        (int) number("points", value("points"), 1, Math.min(spaceSize, Landscape.MAX_POINTS));
    List<Landscape.Point> points = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      points.add(point(template, knobs, nextLine().split(" ", -1)));
    }
    long computed = crc.getValue();
    if (!value("crc32").equals("%08x".formatted(computed))) {
      throw problem("its checksum should be %08x".formatted(computed), "record or copy it again");
    }
    try {
      return new Landscape(
          workload, target, device, knobs, defaultSchedule, seed, spaceSize, points);
    } catch (IllegalArgumentException e) {
      throw problem(String.valueOf(e.getMessage()), "record it again");
    }
  }

  private <T> T parsed(Function<String, T> parser, String text) {
    try {
      return parser.apply(text);
    } catch (TextException e) {
      throw new TextException("landscape %s:%d: %s".formatted(file, lineNumber, e.getMessage()), e);
    }
  }

  private void readHead() throws IOException {
    String head = nextLine();
    if (!head.startsWith(HEAD)) {
      throw problem("it does not begin with '" + HEAD + "'", "give a file of octune landscape");
    }
    long version = number("schema_version", head.substring(HEAD.length()), 1, Integer.MAX_VALUE);
    if (version > SCHEMA_VERSION) {
      throw problem(
          "its schema version is %d, this program reads up to %d"
              .formatted(version, SCHEMA_VERSION),
          "use a newer octune");
    }
  }

  private Knob knob(String line) {
    String[] words = line.split(" ", -1);
    if (words.length < 4) {
      throw problem("a knob needs kind, name and values", "write knob size NAME V1 V2 …");
    }
    List<String> values = Arrays.asList(words).subList(3, words.length);
    try {
      return switch (words[1]) {
        case "size" -> new Knob.Size(words[2], values.stream().map(Integer::valueOf).toList());
        case "choice" -> new Knob.Choice(words[2], values);
        default -> throw problem("knob kind '" + words[1] + "' is not known", "size or choice");
      };
    } catch (TextException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw problem(String.valueOf(e.getMessage()), "correct the knob");
    }
  }

  private void requireSmallSpace(List<Knob> knobs) {
    long points = 1;
    for (Knob knob : knobs) {
      points *= knob.values().size();
      if (points > ConfigSpace.MAX_RAW_POINTS || knobs.size() > MAX_KNOBS) {
        throw problem(
            "its knobs make over %d points".formatted(ConfigSpace.MAX_RAW_POINTS),
            "record a smaller space");
      }
    }
  }

  private Landscape.Point point(Schedule template, List<Knob> knobs, String[] words) {
    if (words.length == knobs.size() + 2 && words[knobs.size()].equals("timed")) {
      double nanos;
      try {
        nanos = Double.parseDouble(words[knobs.size() + 1]);
        return new Landscape.Point(
            schedule(template, knobs, words, knobs.size()), new Landscape.Outcome.Timed(nanos));
      } catch (TextException e) {
        throw e;
      } catch (IllegalArgumentException e) {
        throw problem("'" + words[knobs.size() + 1] + "' is no time", "write nanoseconds");
      }
    }
    if (words.length == knobs.size() + 1) {
      var failure = Landscape.Failure.of(words[knobs.size()]);
      if (failure.isPresent()) {
        return new Landscape.Point(
            schedule(template, knobs, words, knobs.size()),
            new Landscape.Outcome.Failed(failure.get()));
      }
    }
    throw problem(
        "'%s' is not a point of %d knobs".formatted(String.join(" ", words), knobs.size()),
        "write value indices, then timed NANOS or a failure");
  }

  private Schedule schedule(Schedule template, List<Knob> knobs, String[] words, int count) {
    if (count != knobs.size()) {
      throw problem(
          "%d value indices for %d knobs".formatted(count, knobs.size()), "write one a knob");
    }
    Map<String, String> values = new LinkedHashMap<>();
    for (int k = 0; k < count; k++) {
      List<String> choices = knobs.get(k).values();
      int index = (int) number(knobs.get(k).name(), words[k], 0, choices.size() - 1);
      values.put(knobs.get(k).name(), choices.get(index));
    }
    return new Schedule(template.template(), template.version(), values);
  }

  private long number(String name, String text, long min, long max) {
    try {
      long number = Long.parseLong(text);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException _) {
      // Reported below together with numbers out of range.
    }
    throw problem(
        "%s is '%s'".formatted(name, text), "use a number in [%d, %d]".formatted(min, max));
  }

  private String value(String key) throws IOException {
    return valueOf(key, nextLine());
  }

  private String valueOf(String key, String line) {
    if (!line.startsWith(key + " ")) {
      throw problem("'%s …' should stand here, not '%s'".formatted(key, line), "restore that line");
    }
    return line.substring(key.length() + 1);
  }

  private String nextLine() throws IOException {
    lineNumber++;
    byte[] line = new byte[MAX_LINE_BYTES];
    int length = 0;
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw problem("the file ends here", "record or copy it again");
      }
      if (length == line.length) {
        throw problem("the line is longer than " + MAX_LINE_BYTES + " bytes", "record it again");
      }
      line[length++] = (byte) next;
    }
    if (!startsWithCrc(line)) {
      crc.update(line, 0, length);
      crc.update('\n');
    }
    return new String(line, 0, length, UTF_8);
  }

  private static boolean startsWithCrc(byte[] line) {
    return line[0] == 'c' && line[1] == 'r' && line[2] == 'c';
  }

  private TextException problem(String what, String mend) {
    return new TextException(
        "landscape %s:%d: %s. Mend: %s".formatted(file, lineNumber, what, mend));
  }
}
