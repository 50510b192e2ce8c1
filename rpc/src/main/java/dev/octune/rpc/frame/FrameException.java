package dev.octune.rpc.frame;

import java.io.IOException;
import java.io.Serial;

/** A frame that did not arrive. After one the channel is of no further use. */
public final class FrameException extends IOException {
  /** How the channel ended. */
  public enum Kind {
    /** The other end closed the channel between two frames. */
    CLOSED,
    /** The other end closed the channel, or died, within a frame. */
    TORN,
    /** What arrived is no frame header: the other end wrote something else to the stream. */
    GARBLED,
    /** The header announces a payload beyond the channel's limit. */
    TOO_LARGE
  }

  @Serial private static final long serialVersionUID = 1L;

  private final Kind kind;

  FrameException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
