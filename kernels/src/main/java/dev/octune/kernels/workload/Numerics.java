package dev.octune.kernels.workload;

import dev.octune.kernels.text.FieldReader;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The numbers a workload works on: out = Σ act · (wgt − wzp).
 *
 * @param act class of the activation codes, u8
 * @param azp what positions outside the input read as: the activation's zero point, u8 code; 0 for
 *     operators without padding
 * @param wgt class of the stored weights
 * @param wzp weight zero point, u8; 0 unless wgt is u8
 * @param out what leaves the kernel
 * @param weights "sha256:…" of the plain weights where a schedule was chosen for particular ones
 */
public record Numerics(
    ActRange act, int azp, WgtRange wgt, int wzp, Output out, Optional<String> weights) {
  private static final Pattern WEIGHTS = Pattern.compile("sha256:[0-9a-f]{64}");

  public Numerics {
    if (azp < 0 || azp > 255) {
      throw new IllegalArgumentException("azp is " + azp + ", must be a u8 code in [0, 255]");
    }
    if (wzp < 0 || wzp > 255 || (wgt.signed() && wzp != 0)) {
      throw new IllegalArgumentException(
          "wzp is " + wzp + " with wgt=" + wgt.text() + ", must be in [0, 255], 0 for s8 weights");
    }
    weights.ifPresent(
        hash -> {
          if (!WEIGHTS.matcher(hash).matches()) {
            throw new IllegalArgumentException(
                "weights is '" + hash + "', must be sha256: and 64 hex digits");
          }
        });
  }

  /** Full-range u8·s8 → s32. */
  public static final Numerics FULL =
      new Numerics(ActRange.U8, 0, WgtRange.S8, 0, Output.S32, Optional.empty());

  /** The same numbers over other proved ranges. */
  public Numerics withRanges(ActRange newAct, WgtRange newWgt) {
    return new Numerics(newAct, azp, newWgt, newWgt.signed() ? 0 : wzp, out, weights);
  }

  /** The same numbers with another value outside the input. */
  public Numerics withAzp(int newAzp) {
    return new Numerics(act, newAzp, wgt, wzp, out, weights);
  }

  /** The same numbers with another output. */
  public Numerics withOut(Output newOut) {
    return new Numerics(act, azp, wgt, wzp, newOut, weights);
  }

  /** The same numbers for particular weights, "sha256:…", or for any. */
  public Numerics withWeights(Optional<String> newWeights) {
    return new Numerics(act, azp, wgt, wzp, out, newWeights);
  }

  /**
   * The numbers as an operator with this padding sees them. Without padding azp is never read, so
   * it is 0. With padding azp is an activation like any other: a class that doesn't hold it is
   * widened, or else a kernel proved for the class would meet a value beyond it.
   */
  Numerics padded(Padding pad) {
    if (pad.isNone()) {
      return withAzp(0);
    }
    boolean held = act.min() <= azp && azp <= act.max();
    return held ? this : withRanges(ActRange.U8, wgt);
  }

  /** Smallest effective weight wgt − wzp. */
  public int minWeight() {
    return wgt.min() - wzp;
  }

  /** Largest effective weight wgt − wzp. */
  public int maxWeight() {
    return wgt.max() - wzp;
  }

  /** Values a kernel proved for these numbers may serve: act and wgt ranges inside, rest equal. */
  boolean contains(Numerics query) {
    return act.contains(query.act)
        && wgt.contains(query.wgt)
        && wzp == query.wzp
        && out == query.out
        && (weights.isEmpty() || weights.equals(query.weights));
  }

  String text() {
    StringBuilder line = new StringBuilder("act=").append(act.text());
    if (azp != 0) {
      line.append(" azp=").append(azp);
    }
    line.append(" wgt=").append(wgt.text());
    if (!wgt.signed()) {
      line.append(" wzp=").append(wzp);
    }
    line.append(" out=").append(out.text());
    weights.ifPresent(hash -> line.append(" weights=").append(hash));
    return line.toString();
  }

  static Numerics read(FieldReader fields) {
    String actText = fields.string("act");
    ActRange act =
        Arrays.stream(ActRange.values())
            .filter(range -> range.text().equals(actText))
            .findFirst()
            .orElseThrow(() -> fields.notOneOf("act", actText, ActRange.texts()));
    String wgtText = fields.string("wgt");
    WgtRange wgt =
        Arrays.stream(WgtRange.values())
            .filter(range -> range.text().equals(wgtText))
            .findFirst()
            .orElseThrow(() -> fields.notOneOf("wgt", wgtText, WgtRange.texts()));
    int azp = fields.integer("azp", 0, 255, 0);
    int wzp = wgt.signed() ? 0 : fields.integer("wzp", 0, 255);
    Output out = readOutput(fields);
    Optional<String> weights = fields.optional("weights");
    weights.ifPresent(
        hash -> {
          if (!WEIGHTS.matcher(hash).matches()) {
            throw fields.problem(
                "'weights=" + hash + "' is not a hash", "write sha256: and 64 hex digits");
          }
        });
    return new Numerics(act, azp, wgt, wzp, out, weights);
  }

  private static Output readOutput(FieldReader fields) {
    String type = fields.string("out");
    if (type.equals("s32")) {
      return Output.S32;
    }
    if (!type.equals("u8") && !type.equals("s8")) {
      throw fields.notOneOf("out", type, List.of("s32", "u8", "s8"));
    }
    String text = type + " round=" + fields.string("round");
    return Arrays.stream(Output.values())
        .filter(out -> out.text().equals(text))
        .findFirst()
        .orElseThrow(() -> fields.problem("'" + text + "' is not known", "use double or single"));
  }
}
