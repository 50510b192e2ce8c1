package dev.octune.kernels.weights;

import dev.octune.kernels.workload.Workload;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Plain weights by the hash of their bytes: s8 or u8, in the layout that {@link Workload} names.
 * Implementations are thread-safe and answer only with bytes that have the hash.
 */
public interface WeightStore {
  /** What stands before the 64 hex digits of a hash in a workload's text. */
  String PREFIX = "sha256:";

  /** The bytes with this hash ("sha256:…"); empty where they are not known here. */
  Optional<byte[]> fetch(String hash);

  /**
   * The hashes of the {@link ChannelOrder}s that were made for these weights together with those of
   * other layers; {@link #fetch} answers with their bytes.
   */
  default List<String> orders(String weightsHash) {
    return List.of();
  }

  /** The name of plain weights: "sha256:" and 64 lower-case hex digits. */
  static String hash(byte[] plain) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(plain);
      return PREFIX + HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** A store without weights: only workloads without a hash can be generated and measured. */
  static WeightStore empty() {
    return _ -> Optional.empty();
  }

  /** A store of these weights, kept in memory. */
  static WeightStore of(byte[]... weights) {
    Map<String, byte[]> byHash = new HashMap<>();
    for (byte[] plain : weights) {
      byHash.put(hash(plain), plain.clone());
    }
    return hash -> Optional.ofNullable(byHash.get(hash)).map(byte[]::clone);
  }

  /**
   * The weights that a workload names; empty where it names none.
   *
   * @throws MissingWeightsException where they are not known here, or can't be those of the
   *     workload
   */
  default Optional<byte[]> of(Workload workload) {
    Optional<String> hash = workload.numerics().weights();
    if (hash.isEmpty()) {
      return Optional.empty();
    }
    byte[] plain =
        fetch(hash.get())
            .orElseThrow(
                () ->
                    new MissingWeightsException(
                        "weights=%s of '%s' are not known here. Mend: tune their model with --weights real first"
                            .formatted(hash.get(), workload.text())));
    checkFit(workload, plain);
    return Optional.of(plain);
  }

  /** Refuses bytes that are too many or too few, or values outside the workload's class. */
  private static void checkFit(Workload workload, byte[] plain) {
    if (plain.length != workload.wgtElements()) {
      throw new MissingWeightsException(
          "weights=%s have %d values, '%s' has %d. Mend: take the workload text from octune tune"
              .formatted(hash(plain), plain.length, workload.text(), workload.wgtElements()));
    }
    var range = workload.numerics().wgt();
    boolean signed = range.signed();
    for (int at = 0; at < plain.length; at++) {
      int value = signed ? plain[at] : plain[at] & 0xFF;
      if (value < range.min() || value > range.max()) {
        throw new MissingWeightsException(
            "weights=%s hold %d at %d, outside of wgt=%s of '%s'. Mend: widen the class"
                .formatted(hash(plain), value, at, range.text(), workload.text()));
      }
    }
  }
}
