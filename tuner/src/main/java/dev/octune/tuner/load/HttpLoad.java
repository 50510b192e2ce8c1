package dev.octune.tuner.load;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Sends requests over connections that are kept alive, one under way on each, from one thread: it
 * shares the machine with what it measures, so it does little. Not thread-safe.
 */
final class HttpLoad {
  /** Answers of single look-ups have below 2 KB. */
  private static final int READ_BYTES = 1 << 16;

  private static final byte[] HEAD_END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final String LENGTH = "content-length:";

  private final InetSocketAddress server;
  private final int connections;
  private final List<byte[]> requests;

  /**
   * @param requests whole HTTP/1.1 requests, sent in turn
   */
  HttpLoad(InetSocketAddress server, int connections, List<byte[]> requests) {
    this.server = server;
    this.connections = connections;
    this.requests = requests;
  }

  /**
   * How fast answers come.
   *
   * @param perSecond requests that fall due in a second, whether or not earlier ones are answered:
   *     their time counts from then, so that a stall counts for all that wait; 0 has each
   *     connection send its next request as soon as it has its answer
   * @throws IOException where an answer is not 200
   */
  Figures run(Duration duration, double perSecond) throws IOException {
    try (Selector selector = Selector.open()) {
      Run run = new Run(selector, duration, perSecond);
      for (int i = 0; i < connections; i++) {
        run.connect();
      }
      return run.figures();
    }
  }

  /** One connection and the request under way on it. */
  private static final class Connection {
    private final SocketChannel channel;
    private final byte[] answer = new byte[READ_BYTES];
    private final ByteBuffer in = ByteBuffer.wrap(answer);
    private ByteBuffer out = ByteBuffer.allocate(0);
    private long dueNanos;

    Connection(SocketChannel channel) {
      this.channel = channel;
    }
  }

  private final class Run {
    private final Selector selector;
    private final double perSecond;
    private final Deque<Connection> idle = new ArrayDeque<>();
    private final long durationNanos;
    private long beginNanos;
    private long sent;
    private long answered;
    private long[] nanos = new long[1 << 16];

    Run(Selector selector, Duration duration, double perSecond) {
      this.selector = selector;
      this.perSecond = perSecond;
      this.durationNanos = duration.toNanos();
    }

    void connect() throws IOException {
      SocketChannel channel = SocketChannel.open(server);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.configureBlocking(false);
      Connection connection = new Connection(channel);
      channel.register(selector, SelectionKey.OP_READ, connection);
      idle.add(connection);
    }

    Figures figures() throws IOException {
      try {
        beginNanos = System.nanoTime();
        sendDue();
        while (answered < sent || isOpen()) {
          selector.select(1);
          for (SelectionKey key : selector.selectedKeys()) {
            ready(key);
          }
          selector.selectedKeys().clear();
          sendDue();
        }
        return new Figures(Arrays.copyOf(nanos, (int) answered), System.nanoTime() - beginNanos);
      } finally {
        for (SelectionKey key : selector.keys()) {
          key.channel().close();
        }
      }
    }

    private boolean isOpen() {
      return System.nanoTime() - beginNanos < durationNanos;
    }

    private void sendDue() throws IOException {
      while (!idle.isEmpty() && isOpen()) {
        long now = System.nanoTime();
        long due = perSecond == 0 ? now : beginNanos + (long) (sent * 1e9 / perSecond);
        if (due > now) {
          return;
        }
        Connection connection = idle.removeFirst();
        connection.dueNanos = due;
        connection.out = ByteBuffer.wrap(requests.get((int) (sent++ % requests.size())));
        write(connection);
      }
    }

    private void write(Connection connection) throws IOException {
      connection.channel.write(connection.out);
      SelectionKey key = Objects.requireNonNull(connection.channel.keyFor(selector));
      key.interestOps(
          connection.out.hasRemaining()
              ? SelectionKey.OP_READ | SelectionKey.OP_WRITE
              : SelectionKey.OP_READ);
    }

    private void ready(SelectionKey key) throws IOException {
      Connection connection = (Connection) key.attachment();
      if (key.isWritable()) {
        write(connection);
      }
      if (key.isReadable()) {
        if (connection.channel.read(connection.in) < 0) {
          throw new EOFException("the service closed a connection");
        }
        if (isWhole(connection.answer, connection.in.position())) {
          connection.in.clear();
          note(System.nanoTime() - connection.dueNanos);
          idle.addLast(connection);
        }
      }
    }

    private void note(long tookNanos) {
      if (answered == nanos.length) {
        nanos = Arrays.copyOf(nanos, 2 * nanos.length);
      }
      nanos[(int) answered++] = tookNanos;
    }
  }

  /** Whether the one answer that has come so far is complete. */
  private static boolean isWhole(byte[] in, int size) throws IOException {
    int head = indexOf(in, size, HEAD_END);
    if (head < 0) {
      return false;
    }
    String text = new String(in, 0, head, StandardCharsets.US_ASCII);
    if (!text.startsWith("HTTP/1.1 200")) {
      throw new IOException("the service answered: " + text.lines().findFirst().orElse(""));
    }
    String lower = text.toLowerCase(Locale.ROOT);
    int at = lower.indexOf(LENGTH);
    if (at < 0) {
      throw new IOException("the service's answer has no Content-Length");
    }
    int end = lower.indexOf('\r', at);
    int length =
        Integer.parseInt(
            lower.substring(at + LENGTH.length(), end < 0 ? lower.length() : end).strip());
    return size >= head + HEAD_END.length + length;
  }

  private static int indexOf(byte[] bytes, int size, byte[] wanted) {
    for (int i = 0; i + wanted.length <= size; i++) {
      if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
        return i;
      }
    }
    return -1;
  }

  /** Whole GET requests of paths. */
  static List<byte[]> gets(List<String> paths, String host, String token) {
    List<byte[]> requests = new ArrayList<>(paths.size());
    for (String path : paths) {
      requests.add(
          "GET %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n\r\n"
              .formatted(path, host, token)
              .getBytes(StandardCharsets.US_ASCII));
    }
    return requests;
  }
}
