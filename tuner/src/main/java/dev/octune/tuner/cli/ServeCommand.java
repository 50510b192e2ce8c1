package dev.octune.tuner.cli;

import dev.octune.tuner.http.ApiSettings;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The service: jobs in, devices attached, kernels looked up. */
@Command(
    name = "serve",
    description = "Serves jobs, devices and look-ups to many people, on one port.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "The first start writes a token that may do everything into the data folder and prints"
          + " where.",
      "Ctrl-C or SIGTERM stops in good order, with exit code 0; after any other end the next start",
      "goes on from what is stored.",
      "",
      "Examples:",
      "  octune serve",
      "  octune serve --listen 0.0.0.0:8470 --tls-cert service.pem --tls-key service.key \\",
      "         --client-ca workers-ca.pem --data /var/lib/octune",
      "  octune serve --config configs/service/serve.properties",
    })
final class ServeCommand implements Callable<Integer> {
  private static final int BYTES_PER_MIB = 1 << 20;

  /**
   * Answers on their way get five seconds of it; then what is in memory goes to the database, on a
   * slow disk at worst. What was acknowledged is stored in any case.
   */
  private static final Duration STOP_LIMIT = Duration.ofSeconds(25);

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "Where to listen; default 127.0.0.1:8470. Port 0 takes any free one.")
  private String listen = "127.0.0.1:8470";

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The service's folder; default is octune/service in your data folder.")
  private @Nullable Path data;

  @Option(
      names = "--tls-cert",
      paramLabel = "FILE",
      description =
          "PEM certificate of the service, its chain behind it; with it only TLS is spoken.")
  private @Nullable Path certificate;

  @Option(names = "--tls-key", paramLabel = "FILE", description = "PEM key of the certificate.")
  private @Nullable Path key;

  @Option(
      names = "--client-ca",
      paramLabel = "FILE",
      description = "PEM authority: workers must show a certificate that it signed.")
  private @Nullable Path clientAuthority;

  @Option(
      names = "--plain-text",
      description = "Listen beyond loopback without TLS: tokens can be read on the way.")
  private boolean plainText;

  @Option(
      names = "--max-model-mib",
      paramLabel = "N",
      description = "Largest model that is received, in MiB; default 256.")
  private int maxModelMib = 256;

  /** Read before the command line is. */
  @Mixin
  @SuppressWarnings("UnusedVariable")
  private final SettingsOption settingsFile = new SettingsOption();

  @Mixin private final JsonOption json = new JsonOption();

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    ServiceFolder folder =
        data == null ? ServiceFolder.ofUser(System.getenv()) : new ServiceFolder(data);
    ApiSettings settings = settings(folder);
    folder.create();
    try (StopOnSignal stop = new StopOnSignal(STOP_LIMIT)) {
      int exit = serve(folder, settings, stop);
      stop.exitWith(exit);
      return exit;
    }
  }

  private int serve(ServiceFolder folder, ApiSettings settings, StopOnSignal stop)
      throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    try (Service service = Service.start(folder, settings)) {
      stop.running(service::stop);
      String url =
          "%s://%s:%d"
              .formatted(
                  settings.tls().isPresent() ? "https" : "http",
                  settings.host().contains(":") ? "[" + settings.host() + "]" : settings.host(),
                  service.port());
      out.println(
          json.asked()
              ? com.fasterxml.jackson.databind.node.JsonNodeFactory.instance
                  .objectNode()
                  .put("url", url)
                  .put("data", folder.path().toString())
                  .put("admin_token_file", folder.adminToken().toString())
              : "octune serves at %s, admin token in %s".formatted(url, folder.adminToken()));
      out.flush();
      Optional<String> broken = service.await();
      broken.ifPresent(reason -> spec.commandLine().getErr().println("octune: " + reason));
      return broken.isPresent() ? Octune.EXIT_FAILED : Octune.EXIT_DONE;
    }
  }

  private ApiSettings settings(ServiceFolder folder) {
    int colon = listen.lastIndexOf(':');
    if (colon < 1) {
      throw new UsageException(
          "--listen '%s' is no address. Mend: write it as 127.0.0.1:8470".formatted(listen));
    }
    String host = listen.substring(0, colon).replaceFirst("^\\[(.*)]$", "$1");
    try {
      return new ApiSettings(
          host,
          Integer.parseInt(listen.substring(colon + 1)),
          folder.uploads(),
          (long) maxModelMib * BYTES_PER_MIB,
          tls(host));
    } catch (NumberFormatException e) {
      throw new UsageException(
          "--listen '%s' has no port. Mend: write it as 127.0.0.1:8470".formatted(listen), e);
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "%s. Mend: correct --listen or --max-model-mib".formatted(e.getMessage()), e);
    }
  }

  private Optional<ApiSettings.TlsFiles> tls(String host) {
    if (certificate == null || key == null) {
      if (certificate != null || key != null || clientAuthority != null) {
        throw new UsageException(
            "TLS wants --tls-cert and --tls-key together, --client-ca both of them. Mend: give the"
                + " missing one");
      }
      if (!plainText && !isLoopback(host)) {
        throw new UsageException(
            "--listen %s is beyond loopback, where tokens in clear text can be read. Mend: give --tls-cert and --tls-key, or --plain-text behind a proxy that speaks TLS"
                .formatted(listen));
      }
      return Optional.empty();
    }
    return Optional.of(
        new ApiSettings.TlsFiles(
            readable(certificate),
            readable(key),
            Optional.ofNullable(clientAuthority).map(ServeCommand::readable)));
  }

  private static Path readable(Path file) {
    if (!Files.isReadable(file)) {
      throw new UsageException(
          "TLS file %s can't be read. Mend: give a readable PEM file".formatted(file));
    }
    return file.toAbsolutePath();
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new UsageException(
          "--listen: host '%s' is not known. Mend: give a name or address of this machine"
              .formatted(host),
          e);
    }
  }
}
