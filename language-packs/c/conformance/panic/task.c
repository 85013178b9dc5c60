/* A task for `pelato pack check`: ends itself, whatever it takes. */
#include "pelato.h"
#include <stdlib.h>

char *exec_task(const char *arg) {
  (void)arg;
  abort();
}
