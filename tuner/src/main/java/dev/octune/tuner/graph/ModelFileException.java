package dev.octune.tuner.graph;

/** A model file that can't be read. The message says what, where and how to mend. */
public final class ModelFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ModelFileException(String message) {
    super(message);
  }

  ModelFileException(String message, Throwable cause) {
    super(message, cause);
  }
}
