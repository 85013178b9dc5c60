// A task for `pelato pack check`: takes a text and gives it back as it is.
#include "pelato.h"
#include <string>

std::string exec_task(const std::string &arg) { return arg; }
