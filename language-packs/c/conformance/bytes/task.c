/* A task for `pelato pack check`: takes bytes and gives them back as they are. */
#include "pelato.h"

char *exec_task(const char *arg) { return pelato_bytes(arg, pelato_arg_len()); }
