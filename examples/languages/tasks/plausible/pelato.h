/* What PELATO offers a task, and what it asks for. It is included in every file before its first line. */
#ifndef PELATO_H
#define PELATO_H

#include <stddef.h>

/* Yours: gets the message, which ends with a NUL, and returns what is sent on: memory of malloc, which is freed for
   you, a literal, or pelato_bytes(...). "" filters the message out: nothing is sent. */
char *exec_task(const char *arg);

/* Makes this call fail with a text, as printf does it. Always NULL: `return pelato_error("no %s", name);` */
char *pelato_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The number of bytes in arg, which may hold NULs. */
size_t pelato_arg_len(void);

/* A result of `size` bytes, which may hold NULs; they are copied. */
char *pelato_bytes(const void *bytes, size_t size);

#endif
