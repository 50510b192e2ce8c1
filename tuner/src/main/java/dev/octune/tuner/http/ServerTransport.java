package dev.octune.tuner.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.vertx.core.Vertx;
import io.vertx.core.impl.transports.NioTransport;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.transport.Transport;
import org.jspecify.annotations.Nullable;

/**
 * Sockets as Vert.x opens them, but that a server's connections in clear text begin with an {@link
 * UpgradeFilter}. Thread-safe.
 */
final class ServerTransport extends NioTransport implements Transport {
  /** A Vert.x of such sockets. */
  static Vertx vertx() {
    return Vertx.builder().withTransport(new ServerTransport()).build();
  }

  @Override
  public void configure(NetServerOptions options, boolean domainSocket, ServerBootstrap bootstrap) {
    super.configure(options, domainSocket, bootstrap);
    if (!options.isSsl()) {
      bootstrap.handler(new Accepted());
    }
  }

  @Override
  public String name() {
    return NIO.name();
  }

  @Override
  public boolean available() {
    return isAvailable();
  }

  @Override
  public @Nullable Throwable unavailabilityCause() {
    return NIO.unavailabilityCause();
  }

  @Override
  public io.vertx.core.spi.transport.Transport implementation() {
    return this;
  }

  /** Sees each connection before whoever serves it. */
  @Sharable
  private static final class Accepted extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof Channel connection) {
        connection.pipeline().addFirst(new UpgradeFilter());
      }
      var _ = context.fireChannelRead(message);
    }
  }
}
