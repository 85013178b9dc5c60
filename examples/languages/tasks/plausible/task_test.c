/* Run with `cc -o task_test task.c task_test.c && ./task_test` in this folder. */
#include "pelato.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int errors;

char *pelato_error(const char *format, ...) {
  (void)format;
  errors++;
  return NULL;
}

char *pelato_bytes(const void *bytes, size_t size) {
  char *copy = calloc(1, size + 1);
  return copy ? memcpy(copy, bytes, size) : NULL;
}

int main(void) {
  const char *fine = "{\"Data\":294.65,\"Name\":\"attic\"}";
  int good = strcmp(exec_task(fine), fine) == 0;
  good &= strcmp(exec_task("{\"Data\":1273.15,\"Name\":\"attic\"}"), "") == 0;
  good &= !exec_task("{}") && errors == 1;
  puts(good ? "ok" : "FAILED");
  return !good;
}
