package dev.octune.tuner.cli;

import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.target.Host;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.weights.ChannelOrder;
import dev.octune.kernels.weights.WeightStore;
import dev.octune.tuner.task.WeightKeeper;
import dev.octune.workers.build.Builder;
import dev.octune.workers.build.BuilderSettings;
import dev.octune.workers.local.LocalDevice;
import dev.octune.workers.local.LocalDeviceSettings;
import dev.octune.workers.run.Connection;
import dev.octune.workers.toolchain.Toolchain;
import dev.octune.workers.toolchain.ToolchainException;
import dev.octune.workers.weights.WeightFolder;
import java.io.UncheckedIOException;

/** Where the program's parts meet: the only class that makes devices and compilers. */
final class Wiring {
  private Wiring() {}

  /** The device of this process; its children start in the background. */
  static LocalDevice device(
      KernelLibrary library, Target target, Host host, Connection connection) {
    return device(library, target, host, connection, weights());
  }

  /** The same with weights from elsewhere. */
  static LocalDevice device(
      KernelLibrary library, Target target, Host host, Connection connection, WeightStore weights) {
    try {
      return LocalDevice.open(
          new LocalDeviceSettings(library, target, host.allowedCpus(), connection, weights));
    } catch (ToolchainException e) {
      throw unusable(e);
    }
  }

  /** What workloads name by hash, on this machine. */
  static WeightFolder weights() {
    return WeightFolder.ofUser(System.getenv());
  }

  /** Keeps weights of models' layers in a folder. */
  static WeightKeeper keeper(WeightFolder folder) {
    return new WeightKeeper() {
      @Override
      public String put(byte[] plain) {
        return folder.put(plain);
      }

      @Override
      public String share(ChannelOrder order, String weightsHash) {
        return folder.share(order, weightsHash);
      }
    };
  }

  /** A compiler without a device. */
  static Builder builder() {
    try {
      return Builder.start(Toolchain.locate(), BuilderSettings.one());
    } catch (ToolchainException e) {
      throw unusable(e);
    }
  }

  /** For records and kernel.json, such as "LLVM 20.1.7". */
  static String compilerVersion() {
    try {
      return Toolchain.locate().describe();
    } catch (ToolchainException e) {
      throw unusable(e);
    }
  }

  private static UncheckedIOException unusable(ToolchainException e) {
    return new UncheckedIOException(e.getMessage(), e);
  }
}
