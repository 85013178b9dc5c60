/* A task for `pelato pack check`: takes a text and gives it back as it is. */
#include "pelato.h"
#include <string.h>

char *exec_task(const char *arg) { return strdup(arg); }
