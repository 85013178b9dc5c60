/* A task for `pelato pack check`: gives an empty result: the message is filtered out. */
#include "pelato.h"

char *exec_task(const char *arg) {
  (void)arg;
  return "";
}
