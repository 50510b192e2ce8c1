package dev.octune.tuner.network;

import java.util.List;

/** A network list that can't be used; the message holds every problem, one a line. */
public final class NetworkListException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  NetworkListException(List<String> problems) {
    super(String.join("\n", problems));
  }

  NetworkListException(List<String> problems, Exception cause) {
    super(String.join("\n", problems), cause);
  }
}
