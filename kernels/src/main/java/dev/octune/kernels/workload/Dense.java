package dev.octune.kernels.workload;

import static dev.octune.kernels.workload.Workload.product;

import dev.octune.kernels.text.FieldReader;

/** Fully connected: out s32[m, n] = Σk act u8[m, k] · (wgt[n, k] − wzp). */
public record Dense(int m, int k, int n, Numerics numerics) implements Workload {
  public static final String OPERATOR = "dense_int8";

  public Dense {
    numerics = numerics.withAzp(0);
    Workload.checkSizes(product(m, k), product(n, k), product(m, n), product(m, n, k));
  }

  @Override
  public Dense with(Numerics newNumerics) {
    return new Dense(m, k, n, newNumerics);
  }

  @Override
  public long macs() {
    return product(m, k, n);
  }

  @Override
  public long actElements() {
    return product(m, k);
  }

  @Override
  public long wgtElements() {
    return product(n, k);
  }

  @Override
  public long outElements() {
    return product(m, n);
  }

  @Override
  public int outChannels() {
    return n;
  }

  @Override
  public String text() {
    return "%s m=%d k=%d n=%d %s".formatted(OPERATOR, m, k, n, numerics.text());
  }

  @Override
  public String toString() {
    return text();
  }

  static Dense read(FieldReader fields) {
    return new Dense(
        fields.integer("m", 1, MAX_COUNT),
        fields.integer("k", 1, MAX_COUNT),
        fields.integer("n", 1, MAX_COUNT),
        Numerics.read(fields));
  }
}
