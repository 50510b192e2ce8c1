package dev.octune.tuner.load;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
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
import org.jspecify.annotations.Nullable;

/**
 * Sends requests over connections that are kept alive, one under way on each, from one thread: it
 * shares the machine with what it measures, so it does little. Not thread-safe.
 */
final class HttpLoad {
  /** Between looks at the clock, where nothing comes: what falls due meanwhile counts from then. */
  private static final long MAX_SLEEP_MILLIS = 1;

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
    return run(duration.toNanos(), Long.MAX_VALUE, perSecond);
  }

  /** How fast answers come when each request is sent once. */
  Figures once() throws IOException {
    return run(Long.MAX_VALUE, requests.size(), 0);
  }

  private Figures run(long nanos, long most, double perSecond) throws IOException {
    try (Selector selector = Selector.open()) {
      Run run = new Run(selector, nanos, most, perSecond);
      for (int i = 0; i < connections; i++) {
        run.connect();
      }
      return run.figures();
    }
  }

  /** One connection and the request under way on it. */
  private static final class Connection {
    private final SocketChannel channel;
    private final SelectionKey key;
    private final HttpAnswer answer = new HttpAnswer();
    private ByteBuffer out = ByteBuffer.allocate(0);
    private long dueNanos;

    Connection(SocketChannel channel, Selector selector) throws ClosedChannelException {
      this.channel = channel;
      this.key = channel.register(selector, SelectionKey.OP_READ, this);
    }
  }

  private final class Run {
    private final Selector selector;
    private final double perSecond;
    private final Deque<Connection> idle = new ArrayDeque<>();
    private final long durationNanos;
    private final long most;
    private long beginNanos;
    private long sent;
    private long answered;
    private long exact;
    private @Nullable IOException failure;
    private long[] nanos = new long[1 << 16];

    Run(Selector selector, long durationNanos, long most, double perSecond) {
      this.selector = selector;
      this.perSecond = perSecond;
      this.durationNanos = durationNanos;
      this.most = most;
    }

    void connect() throws IOException {
      SocketChannel channel = SocketChannel.open(server);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.configureBlocking(false);
      idle.add(new Connection(channel, selector));
    }

    Figures figures() throws IOException {
      try {
        beginNanos = System.nanoTime();
        sendDue();
        while (answered < sent || isOpen()) {
          selector.select(this::ready, MAX_SLEEP_MILLIS);
          if (failure != null) {
            throw failure;
          }
          sendDue();
        }
        return new Figures(
            Arrays.copyOf(nanos, (int) answered), System.nanoTime() - beginNanos, exact);
      } finally {
        for (SelectionKey key : selector.keys()) {
          key.channel().close();
        }
      }
    }

    private boolean isOpen() {
      return sent < most && System.nanoTime() - beginNanos < durationNanos;
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
      // Requests are smaller than a socket's buffer: asking for its room is the exception.
      if (connection.out.hasRemaining()) {
        connection.key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
      } else if (connection.key.interestOps() != SelectionKey.OP_READ) {
        connection.key.interestOps(SelectionKey.OP_READ);
      }
    }

    private void ready(SelectionKey key) {
      try {
        Connection connection = (Connection) key.attachment();
        if (key.isWritable()) {
          write(connection);
        }
        if (key.isReadable()) {
          read(connection);
        }
      } catch (IOException e) {
        failure = e;
      }
    }

    private void read(Connection connection) throws IOException {
      HttpAnswer answer = connection.answer;
      if (connection.channel.read(answer.in()) < 0) {
        throw new EOFException("the service closed a connection");
      }
      if (answer.isWhole()) {
        note(System.nanoTime() - connection.dueNanos);
        exact += answer.isExact() ? 1 : 0;
        answer.clear();
        idle.addLast(connection);
      }
    }

    private void note(long tookNanos) {
      if (answered == nanos.length) {
        nanos = Arrays.copyOf(nanos, 2 * nanos.length);
      }
      nanos[(int) answered++] = tookNanos;
    }
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
