package dev.octune.tuner.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParseResult;

/** The program. */
@Command(
    name = "octune",
    description = "Finds, proves and remembers the fastest exact INT8 kernel for every layer.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Examples:",
      "  octune tune configs/networks/resnet8.txt           tune a list of workloads here",
      "  octune tune model.tflite --trials 200              tune a network's int8 layers",
      "  octune tasks model.tflite                          which layers become which task",
      "  octune serve                                       a service for many people and devices",
      "  octune lookup 'dense_int8 m=1 k=64 n=10 act=u8 wgt=s8 out=s32'",
      "",
      "Exit codes: 0 done; 1 the work failed; 2 wrong use or unreadable input.",
      "Shell completion: source <(octune generate-completion)",
    })
public final class Octune implements Runnable {
  static final int EXIT_DONE = 0;
  static final int EXIT_FAILED = 1;
  static final int EXIT_WRONG_USE = 2;

  /** Shells' convention for a program ended by SIGINT: 128 + 2. */
  static final int EXIT_INTERRUPTED = 130;

  private static final List<Class<?>> COMMANDS =
      List.of(
          TasksCommand.class,
          TuneCommand.class,
          LookupCommand.class,
          RecordsCommand.class,
          KernelCommand.class,
          CheckCommand.class,
          BenchCommand.class,
          SpaceCommand.class,
          LandscapeCommand.class,
          ExportCommand.class,
          ImportCommand.class,
          DoctorCommand.class,
          DbCommand.class,
          WorkerCommand.class,
          LoadCommand.class,
          ServeCommand.class,
          SubmitCommand.class,
          StatusCommand.class,
          WatchCommand.class,
          PauseCommand.class,
          ResumeCommand.class,
          CancelCommand.class,
          DevicesCommand.class,
          TokenCommand.class,
          GenerateCompletion.class,
          RpcBenchCommand.class,
          PrepareCommand.class);

  @CommandLine.Option(
      names = "--debug",
      scope = CommandLine.ScopeType.INHERIT,
      description = "Print stack traces of errors.")
  private boolean debug;

  @CommandLine.Spec private CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

  /** Runs a command line and ends the JVM with its exit code. */
  public static void main(String[] args) {
    System.exit(run(utf8(FileDescriptor.out), utf8(FileDescriptor.err), args));
  }

  /** UTF-8 whatever the locale says: the tables hold µ, × and –. */
  private static PrintWriter utf8(FileDescriptor stream) {
    return new PrintWriter(new FileOutputStream(stream), true, StandardCharsets.UTF_8);
  }

  static int run(PrintWriter out, PrintWriter err, String... args) {
    try {
      return commandLine(out, err, args).execute(args);
    } catch (UsageException e) {
      err.println("octune: " + e.getMessage());
      return EXIT_WRONG_USE;
    }
  }

  /**
   * The program, ready to read these arguments.
   *
   * @throws UsageException where they name a file of settings that can't be used
   */
  static CommandLine commandLine(PrintWriter out, PrintWriter err, String... args) {
    CommandLine line = new CommandLine(new Octune());
    commands(args).forEach(command -> line.addSubcommand(command));
    line.setOut(out);
    line.setErr(err);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler(Octune::wrongUse);
    line.setExecutionExceptionHandler(Octune::failed);
    line.getSubcommands().values().stream()
        .filter(command -> args.length > 0 && command.getCommandName().equals(args[0]))
        .filter(
            command ->
                command.getCommandSpec().mixins().values().stream()
                    .anyMatch(mixin -> mixin.userObject() instanceof SettingsOption))
        .forEach(
            command ->
                SettingsOption.named(List.of(args))
                    .map(file -> SettingsOption.read(file, command.getCommandSpec()))
                    .ifPresent(command::setDefaultValueProvider));
    return line;
  }

  /**
   * The command that the first word names, alone: reading the declarations of all of them takes
   * longer than a look-up. All of them where it names none, or needs the others.
   */
  private static List<Class<?>> commands(String... args) {
    return COMMANDS.stream()
        .filter(command -> args.length > 0 && args[0].equals(name(command)))
        .filter(command -> command != GenerateCompletion.class)
        .findFirst()
        .<List<Class<?>>>map(List::of)
        .orElse(COMMANDS);
  }

  private static String name(Class<?> command) {
    return Objects.requireNonNull(command.getAnnotation(Command.class)).name();
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        Objects.requireNonNull(spec).commandLine(), "a command is missing");
  }

  private static int wrongUse(CommandLine.ParameterException e, String[] args) {
    CommandLine line = e.getCommandLine();
    PrintWriter err = line.getErr();
    err.println("octune: " + e.getMessage());
    if (!CommandLine.UnmatchedArgumentException.printSuggestions(e, err)) {
      err.println("Mend: see " + line.getCommandSpec().qualifiedName() + " --help");
    }
    return EXIT_WRONG_USE;
  }

  private static int failed(Exception e, CommandLine line, ParseResult parsed) {
    boolean debug =
        line.getCommandSpec().root().userObject() instanceof Octune octune && octune.debug;
    PrintWriter err = line.getErr();
    if (debug) {
      e.printStackTrace(err);
    }
    err.println("octune: " + Problems.message(e));
    return Problems.exitCode(e);
  }
}
