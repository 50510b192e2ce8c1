package dev.octune.tuner.peer;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a goal compares ours with. Where the target is less than this machine has, only kernels that
 * keep to the target count: like is compared with like.
 */
public enum Baseline {
  /** Also where it is right on random operands alone, as floats are: that favours the peers. */
  FASTEST_EXACT("the fastest exact path of a peer") {
    @Override
    boolean isIt(Figure figure) {
      return figure.exactness() != Figure.Exactness.WRONG;
    }
  },
  ONEDNN("oneDNN u8s8s32, exact or not") {
    @Override
    boolean isIt(Figure figure) {
      return figure.library().equals("onednn") && figure.path().startsWith("u8s8s32");
    }
  },
  ONNXRUNTIME_EXACT("ONNX Runtime's fastest exact path") {
    @Override
    boolean isIt(Figure figure) {
      return figure.library().equals("onnxruntime") && figure.exactness() != Figure.Exactness.WRONG;
    }
  },
  ONE_THREAD("our best kernel of one thread") {
    @Override
    boolean isIt(Figure figure) {
      return figure.library().equals(OURS_ALONE);
    }
  };

  /** What a figure of ours is called, and of ours on one thread where more are asked for. */
  public static final String OURS = "octune";

  public static final String OURS_ALONE = "octune 1 thread";

  private final String text;

  Baseline(String text) {
    this.text = text;
  }

  /** For people. */
  public String text() {
    return text;
  }

  abstract boolean isIt(Figure figure);

  /** The fastest figure that it may be. */
  Optional<Figure> of(List<Figure> others) {
    return others.stream()
        .filter(figure -> figure.cap() != Cap.UNCAPPED && isIt(figure))
        .min(Comparator.comparingDouble(Figure::medianNanos));
  }
}
