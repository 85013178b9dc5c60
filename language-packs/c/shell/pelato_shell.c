/* PELATO compiles this file together with a task's own: it exports exec_task as pelato:task/handler@0.1.0. */
#include "pelato.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern unsigned char __heap_base;

static size_t arg_len;
static char *error_text;
static const char *bytes;
static size_t bytes_len;
static struct { uint8_t tag; char *ptr; size_t len; } result;

static void *must(void *memory) {
  if (!memory) {
    fputs("out of memory\n", stderr);
    abort();
  }
  return memory;
}

static char *copy(const void *from, size_t size) {
  char *to = must(malloc(size + 1));
  memcpy(to, from, size);
  to[size] = 0;
  return to;
}

char *pelato_error(const char *format, ...) {
  va_list list, again;
  va_start(list, format);
  va_copy(again, list);
  int size = vsnprintf(NULL, 0, format, list);
  char *text = must(malloc(size < 0 ? 1 : (size_t)size + 1));
  if (size < 0) *text = 0; else vsnprintf(text, (size_t)size + 1, format, again);
  va_end(again);
  va_end(list);
  free(error_text);
  error_text = text;
  return NULL;
}

size_t pelato_arg_len(void) { return arg_len; }

char *pelato_bytes(const void *from, size_t size) {
  char *to = copy(from, size);
  bytes = to;
  bytes_len = size;
  return to;
}

/* How many bytes a character of UTF-8 has; 0 if it is none. */
static size_t character(const unsigned char *s, size_t left) {
  unsigned char c = *s;
  if (c < 0x80) return 1;
  size_t n = c >= 0xC2 && c <= 0xDF ? 2 : (c & 0xF0) == 0xE0 ? 3 : c >= 0xF0 && c <= 0xF4 ? 4 : 0;
  if (n == 0 || n > left) return 0;
  for (size_t i = 1; i < n; i++)
    if ((s[i] & 0xC0) != 0x80) return 0;
  if ((c == 0xE0 && s[1] < 0xA0) || (c == 0xED && s[1] > 0x9F)) return 0;
  if ((c == 0xF0 && s[1] < 0x90) || (c == 0xF4 && s[1] > 0x8F)) return 0;
  return n;
}

/* The caller refuses a text that is not UTF-8 by ending the instance. */
static void give_error(const char *text) {
  size_t size = strlen(text), used = 0;
  char *to = must(malloc(3 * size + 1));
  for (size_t at = 0; at < size;) {
    size_t n = character((const unsigned char *)text + at, size - at);
    memcpy(to + used, n ? text + at : "\xEF\xBF\xBD", n ? n : 3);
    used += n ? n : 3;
    at += n ? n : 1;
  }
  result.tag = 1;
  result.ptr = to;
  result.len = used;
}

/* What follows is the canonical ABI of pelato:task/handler@0.1.0#exec. */

__attribute__((export_name("cabi_realloc")))
void *pelato_cabi_realloc(void *old, size_t old_size, size_t align, size_t size) {
  (void)old_size;
  return size ? must(realloc(old, size)) : (void *)align;
}

__attribute__((export_name("pelato:task/handler@0.1.0#exec")))
void *pelato_exec(char *input, size_t size) {
  char *arg = copy(size ? input : "", size);
  if (size) free(input);
  arg_len = size;
  free(error_text);
  error_text = NULL;
  bytes = NULL;

  char *out = exec_task(arg);
  fflush(NULL);
  if (error_text) {
    give_error(error_text);
  } else if (!out) {
    give_error("exec_task returned NULL");
  } else {
    result.tag = 0;
    result.len = out == bytes ? bytes_len : strlen(out);
    result.ptr = copy(out, result.len);
  }
  /* A literal or a static array lies below the heap; a piece of arg goes with arg. */
  if ((uintptr_t)out >= (uintptr_t)&__heap_base && (out < arg || out > arg + size)) free(out);
  free(arg);
  return &result;
}

__attribute__((export_name("cabi_post_pelato:task/handler@0.1.0#exec")))
void pelato_post_return(void *of) {
  (void)of;
  free(result.ptr);
  result.ptr = NULL;
}
