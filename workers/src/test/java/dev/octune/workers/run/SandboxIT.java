package dev.octune.workers.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.octune.kernels.reference.Fill;
import dev.octune.kernels.target.Arch;
import dev.octune.kernels.target.Host;
import dev.octune.kernels.workload.Workload;
import dev.octune.workers.run.Sandbox.Protection;
import dev.octune.workers.toolchain.Toolchain;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kernels that want out. Each layer is tried alone: the program has no switch to take one away, so
 * a weaker runner is made from changed source, and the weakest shows that the kernels do what they
 * are meant to.
 */
final class SandboxIT {
  private static final Workload FOUR_OUTPUTS =
      Workload.parse("dense_int8 m=1 k=4 n=4 act=u8 wgt=s8 out=s32");

  /** What no system call answers. */
  private static final int NEVER_RIGHT = 123_456_789;

  private static final int PERMISSION_DENIED = -13;
  private static final int NETWORK_UNREACHABLE = -101;
  private static final int SOCKET_CALL = 41;

  /** Where nobody dials, this is waited for nothing; loopback connects before connect returns. */
  private static final Duration ACCEPT_WAIT = Duration.ofMillis(500);

  @TempDir private Path folder;

  @BeforeAll
  static void machine() {
    assumeTrue(
        Host.detect().target().arch() == Arch.X86_64,
        "CPU: the machine code in these tests is x86_64's");
  }

  @Test
  void connect_underTheFilter_isAFailureOfTheKernelAndOfNothingElse() throws Exception {
    try (ServerSocket listening = listen();
        Runner runner = Runner.start(program(RunnerSource.text()), Connection.HERE, 0)) {
      assumeInForce(runner, Protection.SECCOMP);
      Verdict verdict = run(runner, connectTo(listening.getLocalPort()));
      assertEquals(
          new Verdict.Broke(
              0, "SIGSYS in phase check: system call " + SOCKET_CALL + " is not allowed"),
          verdict);
      assertFalse(accepts(listening));
      // The next kernel is measured as if nothing had been.
      assertEquals("0", answerOf(run(runner, answering(0))));
    }
  }

  @Test
  void connect_withoutTheFilter_findsNoNetwork() throws Exception {
    try (ServerSocket listening = listen();
        Runner runner = Runner.start(program(withoutFilter()), Connection.HERE, 0)) {
      assumeInForce(runner, Protection.NO_NETWORK);
      assertEquals(
          Integer.toString(NETWORK_UNREACHABLE),
          answerOf(run(runner, connectTo(listening.getLocalPort()))));
      assertFalse(accepts(listening));
    }
  }

  /** The control of the two above: the kernel itself is sound. */
  @Test
  void connect_withoutFilterAndNamespace_reachesLoopback() throws Exception {
    String open = changed(withoutFilter(), "SYS1(unshare, flags)", "(flags & 0) - EPERM");
    try (ServerSocket listening = listen();
        Runner runner = Runner.start(program(open), Connection.HERE, 0)) {
      assertEquals("0", answerOf(run(runner, connectTo(listening.getLocalPort()))));
      assertTrue(accepts(listening));
      assertEquals(
          "the system does not permit it (errno 1)",
          runner.sandbox(List.of()).missing().get(Protection.NO_NETWORK));
    }
  }

  @Test
  void unshare_thatDoesNothing_isNotTakenForAnEmptyNetwork() throws Exception {
    String lying = changed(RunnerSource.text(), "SYS1(unshare, flags)", "flags & 0");
    try (Runner runner = Runner.start(program(lying), Connection.HERE, 0)) {
      Sandbox sandbox = runner.sandbox(List.of());
      assertFalse(sandbox.inForce().contains(Protection.NO_NETWORK));
      assertEquals(
          "granted, but the network is still there", sandbox.missing().get(Protection.NO_NETWORK));
    }
  }

  @Test
  void file_ofTheOwner_otherUserMayNotOpen() throws Exception {
    assumeRoot();
    Path data = Files.createDirectory(folder.resolve("data"), ownerOnly("rwx------"));
    Path secret = Files.createFile(data.resolve("admin.token"), ownerOnly("rw-------"));
    Path program = program(withoutFilter());
    try (Runner owner = Runner.start(program, Connection.HERE, 0)) {
      // The control: whoever owns the file opens it, without any of root's rights.
      int descriptor = Integer.parseInt(answerOf(run(owner, open(secret))));
      assertTrue(descriptor >= 0, "answer " + descriptor);
    }
    try (Runner other = Runner.start(program, asNobody(), 0)) {
      assertEquals(Integer.toString(PERMISSION_DENIED), answerOf(run(other, open(secret))));
    }
  }

  @Test
  void otherUser_runner_hasItsIdsNoGroupsAndNoCapabilities() throws Exception {
    assumeRoot();
    RunnerUser nobody = asNobody().user().orElseThrow();
    try (Runner runner = Runner.start(program(RunnerSource.text()), asNobody(), 0)) {
      List<String> status = Files.readAllLines(Path.of("/proc/" + runner.pid() + "/status"));
      String four = "\t%1$d\t%1$d\t%1$d\t%1$d";
      assertTrue(status.contains("Uid:" + four.formatted(nobody.uid())), status.toString());
      assertTrue(status.contains("Gid:" + four.formatted(nobody.gid())), status.toString());
      assertEquals("", field(status, "Groups"));
      assertEquals("0000000000000000", field(status, "CapPrm"));
      assertEquals("0000000000000000", field(status, "CapEff"));
      Sandbox sandbox = runner.sandbox(Host.detect().allowedCpus());
      assertTrue(sandbox.inForce().contains(Protection.OTHER_USER), sandbox.toString());
      assertTrue(sandbox.inForce().contains(Protection.DIES_WITH_PARENT), sandbox.toString());
      assertEquals(
          "",
          new String(
              Files.readAllBytes(Path.of("/proc/" + runner.pid() + "/environ")),
              StandardCharsets.UTF_8));
    }
  }

  @Test
  void otherUser_askedByNoRoot_isRefusedWithWords() throws Exception {
    String powerless = changed(RunnerSource.text(), "SYS2(setgroups, 0, NULL)", "-EPERM");
    RunnerException e =
        assertThrows(
            RunnerException.class,
            () ->
                Runner.start(program(powerless), Connection.here(new RunnerUser(65534, 65534)), 0));
    assertTrue(
        String.valueOf(e.getMessage()).contains("the runner may not change its user"),
        e.toString());
  }

  @Test
  void root_asAnotherUser_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> new RunnerUser(0, 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> RunnerUser.parse("root", List.of("root:x:0:0:root:/root:/bin/sh")));
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> RunnerUser.parse("mallory", List.of("root:x:0:0:root:/root:/bin/sh")));
    assertTrue(String.valueOf(e.getMessage()).contains("mallory"), e.toString());
  }

  @Test
  void sandbox_everyProtection_isInForceOrMissingWithItsReason() throws Exception {
    try (Runner runner = Runner.start(program(RunnerSource.text()), Connection.HERE, 0)) {
      Sandbox sandbox = runner.sandbox(Host.detect().allowedCpus());
      assertEquals(Protection.values().length, sandbox.inForce().size() + sandbox.missing().size());
      sandbox.missing().forEach((what, why) -> assertFalse(why.isBlank(), what.text()));
      assertTrue(sandbox.inForce().contains(Protection.LIMITS), sandbox.toString());
      assertTrue(sandbox.inForce().contains(Protection.PINNED), sandbox.toString());
      assertTrue(sandbox.inForce().contains(Protection.NO_CAPABILITIES), sandbox.toString());
      assertEquals("not asked for: --runner-user", sandbox.missing().get(Protection.OTHER_USER));
    }
  }

  // Runners -----------------------------------------------------------------------------------

  private static Path program(String source) throws Exception {
    return Toolchain.locate().compileRunner(Arch.X86_64, source);
  }

  private static String withoutFilter() {
    return changed(RunnerSource.text(), "trap = 0x00030000", "trap = 0x7FFF0000");
  }

  private static String changed(String source, String from, String to) {
    String changed = source.replace(from, to);
    assertNotEquals(source, changed, () -> "the source has no '" + from + "' any more");
    return changed;
  }

  private static Connection asNobody() throws IOException {
    return Connection.here(RunnerUser.parse("nobody", Files.readAllLines(Path.of("/etc/passwd"))));
  }

  private static void assumeRoot() throws IOException {
    Object uid = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    assumeTrue(uid.equals(0), "this machine lacks root's rights for this test: uid " + uid);
  }

  private static void assumeInForce(Runner runner, Protection protection) throws Exception {
    Sandbox sandbox = runner.sandbox(List.of());
    assumeTrue(
        sandbox.inForce().contains(protection),
        () ->
            "this machine lacks %s: %s"
                .formatted(protection.text(), sandbox.missing().get(protection)));
  }

  private static java.nio.file.attribute.FileAttribute<?> ownerOnly(String permissions) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
  }

  private static String field(List<String> status, String name) {
    return status.stream()
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst()
        .orElseThrow();
  }

  // Kernels -----------------------------------------------------------------------------------

  /** Element 0 of the output, as the check that must reject it tells. */
  private static String answerOf(Verdict verdict) {
    String what = assertInstanceOf(Verdict.Wrong.class, verdict).what();
    return what.replaceFirst("output element 0 is (-?\\d+), .*", "$1");
  }

  private static Verdict run(Runner runner, byte[] kernel) throws Exception {
    // movups xmm0, [rdi]; movups [rsi], xmm0; ret
    byte[] copy16 = HexFormat.of().parseHex("0f10070f1106c3");
    int justReturns = copy16.length - 1;
    Packing packing =
        new Packing("plain", copy16, justReturns, justReturns, OptionalInt.empty(), 0, 4, 16, 16);
    int[] answer = {NEVER_RIGHT, NEVER_RIGHT, NEVER_RIGHT, NEVER_RIGHT};
    return runner.run(
        Problem.of(FOUR_OUTPUTS, 1, Collections.nCopies(Fill.ALL.size(), answer)),
        List.of(new Packing.Kernel(packing, new Code(kernel, 0))),
        new RunPlan(1, List.of(), Duration.ofSeconds(5), Optional.empty()));
  }

  private static byte[] answering(int value) {
    return code("c702", little(value, 4), "c3"); // mov dword [rdx], value; ret
  }

  /** socket(AF_INET, SOCK_STREAM, 0), then connect to a port of loopback; stores its answer. */
  private static byte[] connectTo(int port) {
    return code(
        "4989d2", // mov r10, rdx: the output
        "b829000000 bf02000000 be01000000 31d2 0f05",
        "89c7", // mov edi, eax: the descriptor
        "48b8 0200 %04x 7f000001 6a00 50".formatted(port), // push 0; push the address
        "4889e6 ba10000000 b82a000000 0f05",
        "418902", // mov [r10], eax
        "4883c410 c3");
  }

  /** open(file, O_RDONLY); stores its answer. */
  private static byte[] open(Path file) {
    return code(
        "488d3d0c000000", // lea rdi, [rip + 12]: the path behind the code
        "31f6 b802000000 0f05 8902 c3",
        HexFormat.of().formatHex((file + "\0").getBytes(StandardCharsets.UTF_8)));
  }

  private static byte[] code(String... hex) {
    ByteArrayOutputStream code = new ByteArrayOutputStream();
    for (String part : hex) {
      code.writeBytes(HexFormat.of().parseHex(part.replace(" ", "")));
    }
    return code.toByteArray();
  }

  private static String little(int value, int bytes) {
    StringBuilder hex = new StringBuilder();
    for (int i = 0; i < bytes; i++) {
      hex.append("%02x".formatted((value >>> (8 * i)) & 0xff));
    }
    return hex.toString();
  }

  // Listening ---------------------------------------------------------------------------------

  private static ServerSocket listen() throws IOException {
    ServerSocket listening =
        new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    listening.setSoTimeout((int) ACCEPT_WAIT.toMillis());
    return listening;
  }

  private static boolean accepts(ServerSocket listening) throws IOException {
    try {
      listening.accept().close();
      return true;
    } catch (SocketTimeoutException _) {
      return false;
    }
  }
}
