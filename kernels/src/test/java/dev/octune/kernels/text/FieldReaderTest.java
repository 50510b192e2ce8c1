package dev.octune.kernels.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FieldReaderTest {
  @Test
  void fields_anyOrderAndSpacing_areRead() {
    FieldReader fields = new FieldReader("thing", "  head \t b=2   a=1,-2 c=x=y ");

    assertEquals("head", fields.head());
    assertArrayEquals(new int[] {1, -2}, fields.integers("a", 2, -5, 5));
    assertEquals(2, fields.integer("b", 0, 5));
    assertEquals("x=y", fields.string("c"));
    assertEquals(7, fields.integer("d", 0, 9, 7));
    fields.end();
  }

  @Test
  void rest_afterOneWasRead_holdsTheOthersInOrder() {
    FieldReader fields = new FieldReader("thing", "head z=1 y=2 x=3");
    fields.string("y");

    assertEquals("[z=1, x=3]", fields.rest().entrySet().toString());
    assertEquals(Map.of(), fields.rest());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1x",
        "+1",
        "0x1",
        "1.0",
        "--1",
        "٣",
        "1000000000000000000000",
        " ",
        "1,2",
        "1e3"
      })
  void integer_noPlainNumber_isRefusedWithItsRange(String value) {
    if (value.isBlank()) {
      assertMessage(
          "thing 'h a=': 'a=' is not key=value. Mend: write key=value without spaces",
          () -> new FieldReader("thing", "h a=" + value));
    } else {
      assertMessage(
          "thing 'h a=%s': 'a=%s' is not an integer. Mend: use a number in [0, 9]"
              .formatted(value, value),
          () -> new FieldReader("thing", "h a=" + value).integer("a", 0, 9));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "10", "4294967297", "999999999999999999"})
  void integer_outOfRange_isNamedAsItStands(String value) {
    assertMessage(
        "thing 'h a=%s': 'a' is %s, must be in [0, 9]. Mend: correct the number"
            .formatted(value, value),
        () -> new FieldReader("thing", "h a=" + value).integer("a", 0, 9));
  }

  @Test
  void integers_otherCount_isRefused() {
    assertMessage(
        "thing 'h a=1,2,': 'a=1,2,' has 3 numbers. Mend: write 2 numbers with commas between",
        () -> new FieldReader("thing", "h a=1,2,").integers("a", 2, 0, 9));
  }

  @Test
  void line_givenTwiceMissingOrUnknown_isRefused() {
    assertMessage(
        "thing 'h a=1 a=2': 'a' is given twice. Mend: keep one of them",
        () -> new FieldReader("thing", "h a=1 a=2"));
    assertMessage(
        "thing 'h a=1': 'b' is missing. Mend: add b=…",
        () -> new FieldReader("thing", "h a=1").string("b"));
    assertMessage(
        "thing 'h a=1': 'a' means nothing here. Mend: remove that field",
        () -> new FieldReader("thing", "h a=1").end());
    assertMessage(
        "thing 'h =1': '=1' is not key=value. Mend: write key=value without spaces",
        () -> new FieldReader("thing", "h =1"));
  }

  @Test
  void line_emptyOrTooLong_isRefused() {
    assertMessage("thing text is empty. Mend: give one", () -> new FieldReader("thing", " \n "));
    assertMessage(
        "thing text has 4097 characters, at most 4096 are read. Mend: check that it is one line",
        () -> new FieldReader("thing", "x".repeat(4097)));
  }

  private static void assertMessage(String message, Executable executable) {
    assertEquals(message, assertThrows(TextException.class, executable).getMessage());
  }
}
