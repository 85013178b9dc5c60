/* Run with `cc -o task_test task.c task_test.c -lm && ./task_test` in this folder: no WebAssembly, no host, no NATS. */
#include "pelato.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char error[200];

char *pelato_error(const char *format, ...) {
  va_list list;
  va_start(list, format);
  vsnprintf(error, sizeof error, format, list);
  va_end(list);
  return NULL;
}

static int failures;

static void check(const char *what, const char *in, const char *want) {
  const char *out = exec_task(in);
  if (!out || strcmp(out, want) != 0) {
    printf("%s: got %s, want %s\n", what, out ? out : error, want);
    failures++;
  }
}

int main(void) {
  check("rounds", "{\"Name\":\"kitchen\",\"Data\":21.46}", "{\"Name\":\"kitchen\",\"Data\":21.5}");
  check("filters out what has no name", "{\"Data\":21.46}", "");
  if (exec_task("21.46") || !strstr(error, "not a reading")) {
    puts("other input is not refused");
    failures++;
  }
  puts(failures ? "FAILED" : "ok");
  return failures != 0;
}
