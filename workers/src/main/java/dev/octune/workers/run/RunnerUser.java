package dev.octune.workers.run;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who runs kernels on this machine in place of whoever starts them; never root.
 *
 * @param uid at least 1
 * @param gid the only group
 */
public record RunnerUser(long uid, long gid) {
  /** Linux's largest but one: the last means "leave it as it is". */
  private static final long MAX_ID = 0xFFFF_FFFEL;

  private static final Pattern NUMBERS = Pattern.compile("(\\d{1,10}):(\\d{1,10})");

  public RunnerUser {
    if (uid < 1 || uid > MAX_ID || gid < 0 || gid > MAX_ID) {
      throw new IllegalArgumentException(
          "user %d of group %d can't run kernels. Mend: give a user that is not root and owns nothing, such as nobody"
              .formatted(uid, gid));
    }
  }

  /**
   * Reads {@code NAME} or {@code UID:GID}.
   *
   * @param passwd lines of /etc/passwd, where names are looked up
   */
  public static RunnerUser parse(String text, List<String> passwd) {
    Matcher numbers = NUMBERS.matcher(text);
    if (numbers.matches()) {
      return new RunnerUser(Long.parseLong(numbers.group(1)), Long.parseLong(numbers.group(2)));
    }
    for (String line : passwd) {
      String[] fields = line.split(":", -1);
      if (fields.length >= 4
          && fields[0].equals(text)
          && NUMBERS.matcher(fields[2] + ":" + fields[3]).matches()) {
        return new RunnerUser(Long.parseLong(fields[2]), Long.parseLong(fields[3]));
      }
    }
    throw new IllegalArgumentException(
        "there is no user '%s' in /etc/passwd. Mend: give one of its names, or UID:GID"
            .formatted(text));
  }

  /** As the runner takes it. */
  String text() {
    return uid + ":" + gid;
  }
}
