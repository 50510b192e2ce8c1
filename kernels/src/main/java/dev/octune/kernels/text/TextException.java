package dev.octune.kernels.text;

/** A canonical text that can't be read. The message says what, where and how to mend. */
public final class TextException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public TextException(String message) {
    super(message);
  }

  public TextException(String message, Throwable cause) {
    super(message, cause);
  }
}
