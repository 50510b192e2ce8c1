package dev.octune.rpc.call;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.octune.rpc.v1.BlobChunk;
import dev.octune.rpc.v1.FetchBlobRequest;
import dev.octune.rpc.v1.TrackerMessage;
import dev.octune.rpc.v1.WorkerMessage;
import dev.octune.rpc.wire.WireException;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.MultiMap;
import io.vertx.grpc.common.GrpcHeaderNames;
import io.vertx.grpc.common.GrpcMessage;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import org.jspecify.annotations.Nullable;

/** The calls of workers.proto. Stateless. */
public final class Calls {
  /** Metadata that both calls carry. */
  public static final String TOKEN_KEY = "authorization";

  /** What stands before the token in it. */
  public static final String TOKEN_SCHEME = "Bearer ";

  /** The only encoding of messages: see {@link #read}. */
  public static final String PLAIN = "identity";

  private static final ServiceName SERVICE = ServiceName.create("octune.rpc.v1", "Workers");
  private static final String ATTACH = "Attach";
  private static final String FETCH_BLOB = "FetchBlob";

  private Calls() {}

  public static ServiceMethod<WorkerMessage, TrackerMessage> attachAtServer() {
    return ServiceMethod.server(
        SERVICE,
        ATTACH,
        GrpcMessageEncoder.encoder(),
        GrpcMessageDecoder.decoder(WorkerMessage.getDefaultInstance()));
  }

  public static ServiceMethod<TrackerMessage, WorkerMessage> attachAtClient() {
    return ServiceMethod.client(
        SERVICE,
        ATTACH,
        GrpcMessageEncoder.encoder(),
        GrpcMessageDecoder.decoder(TrackerMessage.getDefaultInstance()));
  }

  public static ServiceMethod<FetchBlobRequest, BlobChunk> fetchBlobAtServer() {
    return ServiceMethod.server(
        SERVICE,
        FETCH_BLOB,
        GrpcMessageEncoder.encoder(),
        GrpcMessageDecoder.decoder(FetchBlobRequest.getDefaultInstance()));
  }

  public static ServiceMethod<BlobChunk, FetchBlobRequest> fetchBlobAtClient() {
    return ServiceMethod.client(
        SERVICE,
        FETCH_BLOB,
        GrpcMessageEncoder.encoder(),
        GrpcMessageDecoder.decoder(BlobChunk.getDefaultInstance()));
  }

  /**
   * What the peer says of a call's end. The library looks for it only where nothing was sent
   * before.
   *
   * @param fromHeaders what the library found
   */
  public static String reason(@Nullable String fromHeaders, MultiMap trailers) {
    String inTrailers = trailers.get(GrpcHeaderNames.GRPC_MESSAGE);
    if (fromHeaders != null && !fromHeaders.isBlank()) {
      return fromHeaders;
    }
    return inTrailers == null || inTrailers.isBlank()
        ? "no reason is given"
        : QueryStringDecoder.decodeComponent(inTrailers.replace("+", "%2B"));
  }

  /**
   * Reads a message as it came. A compressed one is refused: a megabyte of it may hold a gigabyte,
   * and the library would unpack it before anybody could look.
   */
  public static <T extends MessageLite> T read(GrpcMessage message, Parser<T> parser)
      throws WireException {
    if (!message.encoding().equals(PLAIN)) {
      throw new WireException("the message is compressed. Mend: send it as it is");
    }
    try {
      return parser.parseFrom(message.payload().getBytes());
    } catch (InvalidProtocolBufferException e) {
      throw new WireException("the message is not one of workers.proto: " + e.getMessage(), e);
    }
  }
}
