package dev.octune.rpc.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.rpc.tracker.TrackerEvent;
import dev.octune.rpc.tracker.TrackerSettings;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS of the service, certificates of workers: made by the JDK's keytool, as PEM files. */
final class TlsIT {
  private static final String PASSWORD = "changeit";

  @TempDir static Path folder;

  @BeforeAll
  static void makeCertificates() throws Exception {
    for (String authority : List.of("ca", "other")) {
      Path store = folder.resolve(authority + ".p12");
      keytool(store, "-genkeypair", "-alias", "ca", "-dname", "CN=" + authority, "-ext", "bc:c");
      export(store, "ca", authority);
    }
    for (String name : List.of("server", "client")) {
      Path store = folder.resolve("ca.p12");
      sign(store, name);
      export(store, name, name);
    }
    Path foreign = folder.resolve("other.p12");
    sign(foreign, "client");
    export(foreign, "client", "foreign");
  }

  private static void sign(Path store, String name) throws Exception {
    keytool(
        store,
        "-genkeypair",
        "-alias",
        name,
        "-signer",
        "ca",
        "-dname",
        "CN=" + name,
        "-ext",
        "san=dns:localhost,ip:127.0.0.1");
  }

  private static void keytool(Path store, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(
        List.of(
            "-keyalg",
            "EC",
            "-validity",
            "30",
            "-keystore",
            store.toString(),
            "-storepass",
            PASSWORD));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "keytool hangs");
    assertEquals(0, process.exitValue(), said);
  }

  /** NAME.crt and NAME.key. */
  private static void export(Path store, String alias, String name) throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    StringBuilder chain = new StringBuilder();
    for (Certificate certificate : keys.getCertificateChain(alias)) {
      chain.append(pem("CERTIFICATE", certificate.getEncoded()));
    }
    Files.writeString(folder.resolve(name + ".crt"), chain);
    Files.writeString(
        folder.resolve(name + ".key"),
        pem("PRIVATE KEY", keys.getKey(alias, PASSWORD.toCharArray()).getEncoded()));
  }

  private static String pem(String kind, byte[] content) {
    return "-----BEGIN %s-----%n%s%n-----END %s-----%n"
        .formatted(kind, Base64.getMimeEncoder().encodeToString(content), kind);
  }

  private static Loopback open(boolean clientCertificate) throws Exception {
    return Loopback.open(
        TrackerSettings.of(Loopback.KERNELS, clientCertificate),
        new HttpServerOptions()
            .setSsl(true)
            .setUseAlpn(true)
            .setKeyCertOptions(
                new PemKeyCertOptions()
                    .addCertPath(folder.resolve("server.crt").toString())
                    .addKeyPath(folder.resolve("server.key").toString()))
            .setTrustOptions(new PemTrustOptions().addCertPath(folder.resolve("ca.crt").toString()))
            .setClientAuth(ClientAuth.REQUEST));
  }

  private static WorkerSettings settings(
      Loopback loopback, String trusted, Optional<String> identity, AtomicInteger attempts) {
    return new WorkerSettings(
        new ServiceAddress(
            URI.create("https://localhost:" + loopback.port()),
            Optional.of(folder.resolve(trusted + ".crt")),
            identity.map(
                name ->
                    new ServiceAddress.Identity(
                        folder.resolve(name + ".crt"), folder.resolve(name + ".key")))),
        () -> {
          attempts.incrementAndGet();
          return Loopback.TOKEN;
        },
        "rack1",
        Loopback.KERNELS,
        "0.1.0",
        "LLVM 20.1.7",
        Duration.ofMillis(10),
        Duration.ofMillis(50),
        Duration.ofSeconds(4));
  }

  @Test
  void service_withACertificateOfTheTrustedAuthority_isServed() throws Exception {
    try (Loopback loopback = open(false)) {
      var device = Loopback.answering(request -> Loopback.timed(3));
      var _ =
          loopback.worker(settings(loopback, "ca", Optional.empty(), new AtomicInteger()), device);
      long session = loopback.nth(1, TrackerEvent.Attached.class).session();
      loopback.tracker().send(session, 0, 1, Loopback.request(1), "");
      assertEquals(1, loopback.nth(1, TrackerEvent.Ended.class).lease());
    }
  }

  @Test
  void service_ofAnotherAuthority_isNeverTalkedTo() throws Exception {
    try (Loopback loopback = open(false)) {
      AtomicInteger attempts = new AtomicInteger();
      var _ =
          loopback.worker(
              settings(loopback, "other", Optional.empty(), attempts), Loopback.waiting());
      Loopback.await("four attempts", () -> attempts.get() >= 4);
      assertEquals(List.of(), loopback.events);
    }
  }

  @Test
  void clientCertificate_missing_isRefused_withTheWayToMendIt() throws Exception {
    try (Loopback loopback = open(true)) {
      var refused =
          assertInstanceOf(
              WorkerEnd.Refused.class,
              Loopback.end(
                  loopback.worker(
                      settings(loopback, "ca", Optional.empty(), new AtomicInteger()),
                      Loopback.waiting())));
      assertEquals("PERMISSION_DENIED", refused.status());
      assertTrue(refused.reason().contains("--cert"), refused.reason());
    }
  }

  @Test
  void clientCertificate_ofTheTrustedAuthority_isTaken() throws Exception {
    try (Loopback loopback = open(true)) {
      var _ =
          loopback.worker(
              settings(loopback, "ca", Optional.of("client"), new AtomicInteger()),
              Loopback.waiting());
      loopback.nth(1, TrackerEvent.Attached.class);
    }
  }

  /** The JDK shows no certificate whose signer the service did not name: it counts as missing. */
  @Test
  void clientCertificate_ofAnotherAuthority_isRefused() throws Exception {
    try (Loopback loopback = open(true)) {
      var refused =
          assertInstanceOf(
              WorkerEnd.Refused.class,
              Loopback.end(
                  loopback.worker(
                      settings(loopback, "ca", Optional.of("foreign"), new AtomicInteger()),
                      Loopback.waiting())));
      assertEquals("PERMISSION_DENIED", refused.status());
      assertEquals(List.of(), loopback.all(TrackerEvent.Attached.class));
    }
  }
}
