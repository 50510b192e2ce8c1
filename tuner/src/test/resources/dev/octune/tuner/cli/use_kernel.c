/* Uses a kernel as its users do: use_kernel ACT WGT OUT PARTS OUT_BYTES, files of plain tensors; with
 * REQUANTIZES defined also TABLE CHANNELS, a file of azp, out zero, lo, hi, biases, multipliers and
 * shifts. The first and the last byte around each buffer must stay as they were. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

static unsigned char *buffer(size_t bytes) {
  size_t all = 64 + (bytes + 63) / 64 * 64 + 64;
  unsigned char *memory = aligned_alloc(64, all);
  memset(memory, 0x5A, all);
  return memory + 64;
}

static void check_edges(const char *what, const unsigned char *at, size_t bytes) {
  for (int i = 1; i <= 64; i++) {
    if (at[-i] != 0x5A || at[bytes + i - 1] != 0x5A) {
      fprintf(stderr, "%s was written outside\n", what);
      exit(1);
    }
  }
}

static unsigned char *read_file(const char *name, size_t *bytes) {
  FILE *file = fopen(name, "rb");
  fseek(file, 0, SEEK_END);
  *bytes = (size_t)ftell(file);
  rewind(file);
  unsigned char *content = malloc(*bytes + 1);
  if (fread(content, 1, *bytes, file) != *bytes) {
    exit(2);
  }
  fclose(file);
  return content;
}

int main(int argc, char **argv) {
  size_t plain_act_bytes, plain_wgt_bytes, plain_out_bytes = strtoul(argv[5], NULL, 10);
  (void)argc;
  unsigned char *plain_act = read_file(argv[1], &plain_act_bytes);
  unsigned char *plain_wgt = read_file(argv[2], &plain_wgt_bytes);
  size_t act_bytes = octune_kernel_act_bytes(), wgt_bytes = octune_kernel_wgt_bytes();
  size_t out_bytes = octune_kernel_out_bytes();
  unsigned char *act = buffer(act_bytes), *wgt = buffer(wgt_bytes), *out = buffer(out_bytes);
  unsigned char *plain_out = buffer(plain_out_bytes);
  octune_kernel_pack_wgt(plain_wgt, wgt);
#ifdef REQUANTIZES
  size_t table_bytes, channels = strtoul(argv[7], NULL, 10);
  const int32_t *table = (const int32_t *)read_file(argv[6], &table_bytes);
  const int32_t *bias = table + 4, *multiplier = bias + channels, *shift = multiplier + channels;
  /* Packing others before must leave no trace. */
  octune_kernel_pack_quant(shift, bias, shift, 99, -7, 3, 2, wgt);
  octune_kernel_pack_quant(bias, multiplier, shift, table[0], table[1], table[2], table[3], wgt);
#endif
  octune_kernel_pack_act(plain_act, act);
  int32_t parts = atoi(argv[4]);
  for (int32_t part = parts - 1; part >= 0; part--) {
    octune_kernel_run(act, wgt, out, part, parts);
  }
  octune_kernel_unpack_out(out, plain_out);
  check_edges("act", act, act_bytes);
  check_edges("wgt", wgt, wgt_bytes);
  check_edges("out", out, out_bytes);
  check_edges("plain out", plain_out, plain_out_bytes);
  FILE *file = fopen(argv[3], "wb");
  fwrite(plain_out, 1, plain_out_bytes, file);
  return fclose(file);
}
