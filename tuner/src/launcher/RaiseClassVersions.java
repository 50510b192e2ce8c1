import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Rewrites, in the jars of a folder, class files older than Java 6's format in Java 8's. JDK 25's
 * AOT cache refuses the old ones (picocli 4.7 is made of them) and every class that mentions them,
 * which doubles the CPU time of a command's start. Only the format changes: the same code with the
 * stack maps that newer formats carry.
 */
final class RaiseClassVersions {
  private static final int JAVA_6 = 50;
  private static final int JAVA_8 = 52;

  public static void main(String[] args) throws IOException {
    List<Path> jars;
    try (Stream<Path> files = Files.list(Path.of(args[0]))) {
      jars = files.filter(file -> file.toString().endsWith(".jar")).toList();
    }
    URL[] classPath = new URL[jars.size()];
    for (int i = 0; i < classPath.length; i++) {
      classPath[i] = jars.get(i).toUri().toURL();
    }
    try (URLClassLoader classes = new URLClassLoader(classPath)) {
      ClassFile format =
          ClassFile.of(
              ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
              // Code with unchanged constant indices would be copied as it is, without stack maps.
              ClassFile.ConstantPoolSharingOption.NEW_POOL,
              ClassFile.ClassHierarchyResolverOption.of(
                  ClassHierarchyResolver.ofResourceParsing(classes)
                      .orElse(ClassHierarchyResolver.defaultResolver())));
      for (Path jar : jars) {
        raise(jar, format);
      }
    }
  }

  private static void raise(Path jar, ClassFile format) throws IOException {
    URI uri = URI.create("jar:" + jar.toUri());
    try (FileSystem inside = FileSystems.newFileSystem(uri, Map.of());
        Stream<Path> files = Files.walk(inside.getPath("/"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        byte[] old = Files.readAllBytes(file);
        int major = (old[6] & 0xff) << 8 | old[7] & 0xff;
        if (major < JAVA_6) {
          Files.write(file, format.transformClass(format.parse(old), toJava8()));
        }
      }
    }
  }

  private static ClassTransform toJava8() {
    CodeTransform sameCode = (code, element) -> code.with(element);
    return ClassTransform.transformingMethodBodies(sameCode)
        .andThen(ClassTransform.endHandler(made -> made.withVersion(JAVA_8, 0)));
  }
}
