import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Runs google-java-format over every Java source of the checkout: `check` fails and names the
 * files, `replace` rewrites them. It is a program of its own because Maven's JVM may be older than
 * the syntax it has to read.
 */
final class Format {
  private static final List<String> MODULES = List.of("kernels", "rpc", "db", "workers", "tuner", "peers");

  public static void main(String[] args) throws IOException, InterruptedException {
    String formatterJar = args[0];
    boolean replace = args[1].equals("replace");
    Path checkout = Path.of(args[2]);
    List<String> sources = new ArrayList<>();
    for (String module : MODULES) {
      Path folder = checkout.resolve(module).resolve("src");
      if (Files.isDirectory(folder)) {
        try (Stream<Path> files = Files.walk(folder)) {
          files.map(Path::toString).filter(f -> f.endsWith(".java")).sorted().forEach(sources::add);
        }
      }
    }
    // What was found formatted stays so until its time changes; most builds touch few files.
    Path checked = Path.of(formatterJar).resolveSibling("checked");
    List<String> known = Files.exists(checked) ? Files.readAllLines(checked) : List.of();
    Set<String> fresh = new HashSet<>(known);
    List<String> all = List.copyOf(sources);
    sources.removeIf(source -> fresh.contains(stamp(source)));
    if (sources.isEmpty()) {
      return;
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // It lives for seconds: the quick code generator alone is enough.
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    for (String internal : List.of("api", "code", "file", "parser", "tree", "util")) {
      command.add("--add-exports=jdk.compiler/com.sun.tools.javac." + internal + "=ALL-UNNAMED");
    }
    command.addAll(List.of("-jar", formatterJar));
    command.addAll(replace ? List.of("--replace") : List.of("--dry-run", "--set-exit-if-changed"));
    command.addAll(sources);
    int exit = new ProcessBuilder(command).inheritIO().start().waitFor();
    if (exit != 0) {
      System.err.println(
          "The files above are not formatted. Mend: mvn -q -N process-sources -Dformat=replace");
      System.exit(1);
    }
    Files.write(checked, all.stream().map(Format::stamp).toList());
  }

  private static String stamp(String source) {
    File file = new File(source);
    return file.lastModified() + " " + file.length() + " " + source;
  }
}
