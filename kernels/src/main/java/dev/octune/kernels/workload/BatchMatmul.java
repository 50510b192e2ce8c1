package dev.octune.kernels.workload;

import static dev.octune.kernels.workload.Workload.product;

import dev.octune.kernels.text.FieldReader;

/**
 * Batched matrix product: out s32[b, m, n] = Σk act u8[b, m, k] · (wgt[b, k, n] − wzp). The right
 * side is an activation too, so it is packed on every run of the network and never known
 * beforehand.
 */
public record BatchMatmul(int b, int m, int k, int n, Numerics numerics) implements Workload {
  public static final String OPERATOR = "batch_matmul_int8";

  public BatchMatmul {
    numerics = numerics.withAzp(0);
    Workload.checkSizes(product(b, m, k), product(b, k, n), product(b, m, n), product(b, m, n, k));
  }

  @Override
  public BatchMatmul with(Numerics newNumerics) {
    return new BatchMatmul(b, m, k, n, newNumerics);
  }

  @Override
  public long macs() {
    return product(b, m, k, n);
  }

  @Override
  public long actElements() {
    return product(b, m, k);
  }

  @Override
  public long wgtElements() {
    return product(b, k, n);
  }

  @Override
  public long outElements() {
    return product(b, m, n);
  }

  @Override
  public int outChannels() {
    return n;
  }

  @Override
  public String text() {
    return "%s b=%d m=%d k=%d n=%d %s".formatted(OPERATOR, b, m, k, n, numerics.text());
  }

  @Override
  public String toString() {
    return text();
  }

  static BatchMatmul read(FieldReader fields) {
    return new BatchMatmul(
        fields.integer("b", 1, MAX_COUNT),
        fields.integer("m", 1, MAX_COUNT),
        fields.integer("k", 1, MAX_COUNT),
        fields.integer("n", 1, MAX_COUNT),
        Numerics.read(fields));
  }
}
