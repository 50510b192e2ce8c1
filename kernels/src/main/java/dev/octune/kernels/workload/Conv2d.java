package dev.octune.kernels.workload;

import static dev.octune.kernels.workload.Workload.product;

import dev.octune.kernels.text.FieldReader;

/**
 * Convolution: act u8[n, ic, ih, iw], wgt [oc, ic/groups, kh, kw], out s32[n, oc, oh, ow].
 *
 * <p>out[b, o, y, x] = Σ act[b, i, y·sh + r·dh − top, x·sw + s·dw − left] · (wgt[o, i, r, s] − wzp)
 * over i, r, s; positions outside read as azp.
 */
public record Conv2d(int n, int ic, int oc, Window window, int groups, Numerics numerics)
    implements Workload {
  public static final String OPERATOR = "conv2d_NCHWc_int8";

  public Conv2d {
    if (groups < 1 || ic % groups != 0 || oc % groups != 0) {
      throw new IllegalArgumentException(
          "groups is %d, must divide ic=%d and oc=%d".formatted(groups, ic, oc));
    }
    numerics = numerics.padded(window.pad());
    long taps = product(ic / groups, window.kh(), window.kw());
    long outElements = product(n, oc, window.oh(), window.ow());
    Workload.checkSizes(
        product(n, ic, window.ih(), window.iw()),
        product(oc, taps),
        outElements,
        product(outElements, taps));
  }

  @Override
  public Conv2d with(Numerics newNumerics) {
    return new Conv2d(n, ic, oc, window, groups, newNumerics);
  }

  @Override
  public long macs() {
    return product(outElements(), ic / groups, window.kh(), window.kw());
  }

  @Override
  public long actElements() {
    return product(n, ic, window.ih(), window.iw());
  }

  @Override
  public long wgtElements() {
    return product(oc, ic / groups, window.kh(), window.kw());
  }

  @Override
  public long outElements() {
    return product(n, oc, window.oh(), window.ow());
  }

  @Override
  public int outChannels() {
    return oc;
  }

  @Override
  public String text() {
    return "%s n=%d ic=%d ih=%d iw=%d oc=%d %s%s %s"
        .formatted(
            OPERATOR,
            n,
            ic,
            window.ih(),
            window.iw(),
            oc,
            window.tapsText(),
            groups == 1 ? "" : " groups=" + groups,
            numerics.text());
  }

  @Override
  public String toString() {
    return text();
  }

  static Conv2d read(FieldReader fields) {
    return new Conv2d(
        fields.integer("n", 1, MAX_COUNT),
        fields.integer("ic", 1, MAX_COUNT),
        fields.integer("oc", 1, MAX_COUNT),
        Window.read(fields),
        fields.integer("groups", 1, MAX_COUNT, 1),
        Numerics.read(fields));
  }
}
