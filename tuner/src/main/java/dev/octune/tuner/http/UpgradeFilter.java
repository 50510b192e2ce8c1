package dev.octune.tuner.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Has the server ignore {@code Upgrade: h2c} (RFC 7540, §3.2), for which its library has no switch:
 * it looks for the field in the first request of a connection only, so here that field gets another
 * name, whatever pieces the bytes come in. HTTP/2 with prior knowledge begins with a head of one
 * line and passes as it is. Bytes are neither added nor held back. Confined to the event loop, one
 * for each connection.
 */
final class UpgradeFilter extends ChannelInboundHandlerAdapter {
  /** In lower case, without its last letter: that one is replaced once the others have come. */
  private static final String NAME_BEGIN = "upgrad";

  private static final char NAME_END = 'e';

  /** A letter of names; no field begins so. */
  private static final char REPLACEMENT = '~';

  private static final int LOWER_CASE = 0x20;

  /** Letters of the name that stand at this line's beginning; -1 where something else does. */
  private int matched = -1;

  private boolean lineIsEmpty;

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof ByteBuf bytes && isBehindHead(bytes)) {
      context.pipeline().remove(this);
    }
    var _ = context.fireChannelRead(message);
  }

  /** Renames the field where it stands in these bytes; true where the head ends in them. */
  private boolean isBehindHead(ByteBuf bytes) {
    for (int i = bytes.readerIndex(); i < bytes.writerIndex(); i++) {
      int letter = bytes.getByte(i);
      if (letter == '\n') {
        if (lineIsEmpty) {
          return true;
        }
        lineIsEmpty = true;
        matched = 0;
      } else if (letter != '\r') {
        lineIsEmpty = false;
        matched = matchedBy(letter);
        if (matched > NAME_BEGIN.length()) {
          var _ = bytes.setByte(i, REPLACEMENT);
          matched = -1;
        }
      }
    }
    return false;
  }

  private int matchedBy(int letter) {
    if (matched < 0) {
      return -1;
    }
    char wanted = matched < NAME_BEGIN.length() ? NAME_BEGIN.charAt(matched) : NAME_END;
    return (letter | LOWER_CASE) == wanted ? matched + 1 : -1;
  }
}
