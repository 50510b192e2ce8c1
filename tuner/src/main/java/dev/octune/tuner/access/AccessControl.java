package dev.octune.tuner.access;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The service's tokens. A token is {@code octune_} and 256 random bits; what is kept is its
 * SHA-256, which says nothing of a secret with so many bits. Thread-safe; {@link #principal} never
 * blocks, the other methods touch the disk.
 */
public final class AccessControl {
  /** In the data folder, read by people and by the commands on this machine. */
  public static final String ADMIN_TOKEN_FILE = "admin.token";

  private static final String TOKENS_FILE = "tokens.json";
  private static final String ADMIN = "admin";
  private static final String PREFIX = "octune_";
  private static final int SECRET_BYTES = 32;
  private static final int ID_BYTES = 8;

  /** Of the unpadded base64 of {@link #SECRET_BYTES}; what is longer is not even hashed. */
  private static final int TOKEN_CHARS = PREFIX.length() + (SECRET_BYTES * 8 + 5) / 6;

  /** A team and its machines; each takes some 300 bytes of memory and file. */
  private static final int MAX_TOKENS = 10_000;

  private final TokenStore store;
  private final SecureRandom random;
  private final InstantSource clock;
  private final MessageDigest sha256 = sha256();

  private final List<Consumer<Principal>> revocationListeners = new CopyOnWriteArrayList<>();

  /** Replaced whole, so that readers need no lock. */
  private volatile Map<String, Principal> byHash = Map.of();

  private AccessControl(TokenStore store, SecureRandom random, InstantSource clock) {
    this.store = store;
    this.random = random;
    this.clock = clock;
  }

  /**
   * The tokens of a data folder, which is there and belongs to this process. The first time an
   * administrator's token is made and written to {@link #ADMIN_TOKEN_FILE}, for its owner only.
   *
   * @throws AccessException where the files can't be read or written
   */
  public static AccessControl open(Path folder, SecureRandom random, InstantSource clock) {
    TokenStore store = new TokenStore(folder.resolve(TOKENS_FILE));
    AccessControl control = new AccessControl(store, random, clock);
    if (store.exists()) {
      control.byHash = Map.copyOf(store.load());
    } else {
      NewToken admin = control.make(ADMIN, Set.of(Role.ADMIN), 1);
      // The secret first: a crash between the two leaves a token that opens nothing yet.
      PrivateFile.replace(folder.resolve(ADMIN_TOKEN_FILE), admin.secret() + "\n");
      control.add(admin);
    }
    return control;
  }

  /** Whose token it is; empty where it is nobody's. */
  public Optional<Principal> principal(String token) {
    return hasForm(token) ? Optional.ofNullable(byHash.get(hash(token))) : Optional.empty();
  }

  /** Makes a token; the answer is the only place where its secret ever stands. */
  public synchronized NewToken create(String name, Set<Role> roles, double weight) {
    if (byHash.size() >= MAX_TOKENS) {
      throw new IllegalStateException(
          "there are %d tokens, the most that are kept. Mend: revoke some".formatted(MAX_TOKENS));
    }
    NewToken token = make(name, roles, weight);
    add(token);
    return token;
  }

  /**
   * Forgets a token, then tells the listeners.
   *
   * @return false where there is none of this id
   */
  public boolean revoke(String tokenId) {
    Optional<Principal> revoked = forget(tokenId);
    revoked.ifPresent(principal -> revocationListeners.forEach(told -> told.accept(principal)));
    return revoked.isPresent();
  }

  private synchronized Optional<Principal> forget(String tokenId) {
    Map<String, Principal> left = new LinkedHashMap<>(byHash);
    Optional<Principal> principal =
        left.values().stream().filter(one -> one.tokenId().equals(tokenId)).findFirst();
    if (principal.isPresent()) {
      left.values().remove(principal.get());
      store.save(left);
      byHash = Map.copyOf(left);
    }
    return principal;
  }

  /**
   * Tells whose token was revoked, on the thread that did it, once it opens nothing any more: what
   * it has opened before is the listener's to close.
   */
  public void onRevoked(Consumer<Principal> listener) {
    revocationListeners.add(listener);
  }

  /** False once a principal's token is revoked. */
  public boolean holds(Principal principal) {
    return byHash.containsValue(principal);
  }

  /** All tokens, the oldest first. */
  public List<Principal> list() {
    return byHash.values().stream()
        .sorted(Comparator.comparing(Principal::createdAt).thenComparing(Principal::tokenId))
        .toList();
  }

  private synchronized void add(NewToken token) {
    Map<String, Principal> more = new LinkedHashMap<>(byHash);
    more.put(hash(token.secret()), token.principal());
    store.save(more);
    byHash = Map.copyOf(more);
  }

  private NewToken make(String name, Set<Role> roles, double weight) {
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(secret);
    byte[] id = new byte[ID_BYTES];
    random.nextBytes(id);
    return new NewToken(
        PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(secret),
        new Principal(HexFormat.of().formatHex(id), name, roles, weight, clock.instant()));
  }

  /** Whether it could be a token; every request asks, so no pattern is matched. */
  private static boolean hasForm(String token) {
    if (token.length() != TOKEN_CHARS || !token.startsWith(PREFIX)) {
      return false;
    }
    for (int i = PREFIX.length(); i < TOKEN_CHARS; i++) {
      if (!isDigit(token.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  /** Of base64 as URLs have it. */
  private static boolean isDigit(char letter) {
    return ('a' <= letter && letter <= 'z')
        || ('A' <= letter && letter <= 'Z')
        || ('0' <= letter && letter <= '9')
        || letter == '-'
        || letter == '_';
  }

  private String hash(String token) {
    try {
      // A copy is made faster than a provider is searched, and nobody changes the original.
      MessageDigest digest = (MessageDigest) sha256.clone();
      return HexFormat.of().formatHex(digest.digest(token.getBytes(StandardCharsets.UTF_8)));
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("Java's own SHA-256 can be copied", e);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * A token just made.
   *
   * @param secret what opens doors; told to its holder, then forgotten
   */
  public record NewToken(String secret, Principal principal) {
    @Override
    public String toString() {
      return "token " + principal.tokenId() + " of " + principal.name();
    }
  }
}
