/* Only what can be. */
#include "pelato.h"

#include <stdlib.h>
#include <string.h>

/* The message as it is, or nothing if no thermometer in a house shows that many kelvin. */
char *exec_task(const char *arg) {
  const char *data = strstr(arg, "\"Data\":");
  if (!data) return pelato_error("a reading has Data");
  const double kelvin = strtod(data + strlen("\"Data\":"), NULL);
  return kelvin > 220 && kelvin < 340 ? pelato_bytes(arg, strlen(arg)) : "";
}
