package dev.octune.tuner.task;

/** No workload describes this layer; the message is the reason that users read. */
final class NoWorkloadException extends Exception {
  private static final long serialVersionUID = 1L;

  NoWorkloadException(String reason) {
    super(reason);
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
