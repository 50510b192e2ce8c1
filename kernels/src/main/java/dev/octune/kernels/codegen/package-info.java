/**
 * Schedule templates: from workload, target and schedule to LLVM IR text. In: {@link
 * dev.octune.kernels.space.Candidate}. Out: {@link dev.octune.kernels.codegen.KernelSource}. Never:
 * compiling, running, timing, choosing.
 *
 * <p>{@link dev.octune.kernels.codegen.KernelLibrary} asks the template of the workload's operator.
 * To read the direct template, which serves convolution, dense layers and batch matmul:
 *
 * <ul>
 *   <li>{@code Contraction}: what the three operators have in common, and where they differ;
 *   <li>{@code DirectSpace}: the knobs, what is legal and what is pruned; {@code Tiling} is a point
 *       with its knobs read, {@code DirectCost} chooses the default;
 *   <li>{@code PackedLayout}: where operands stand; {@code PackingCode} carries them there;
 *   <li>{@code DirectKernel}: the loop nest;
 *   <li>{@code Leaf}: its innermost operation, one implementation for each kind of instruction,
 *       each with the proof of what it is exact for; {@code Leaves} lists them;
 *   <li>{@code Requantizer}: from sums to codes where the output is requantized, for every
 *       template; {@code WideHalves} is what differs between architectures there.
 * </ul>
 *
 * <p>Where a machine has AMX, {@code MatrixTemplate} makes kernels of its tiles on the same
 * layouts: {@code AmxTile} is their operation, {@code MatrixSpace}, {@code MatrixTiling} and {@code
 * MatrixKernel} are what their names say of the direct template's; {@code PositionTiles} deals
 * output positions out to tiles.
 *
 * <p>{@code WinogradLeaf} says where a 3×3 convolution may multiply transformed words, and proves
 * it exact; {@code WinogradKernel} is the loop nest of such points of the direct template's space,
 * and of those in the space of particular weights.
 *
 * <p>Kernels of particular weights are direct kernels with another reduction: {@code ListedSpace}
 * has their knobs, {@code ListClass} says how chunks of weights are multiplied, {@code
 * ListedPacking} puts them into lists, {@code ListedReduction} walks these, and {@code
 * ChannelOrders} knows in which order channels may stand.
 */
@NullMarked
package dev.octune.kernels.codegen;

import org.jspecify.annotations.NullMarked;
