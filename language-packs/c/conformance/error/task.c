/* A task for `pelato pack check`: takes a text and fails with it. */
#include "pelato.h"

char *exec_task(const char *arg) { return pelato_error("%s", arg); }
