// A task for `pelato pack check`: takes a text and fails with it.
#include "pelato.h"
#include <string>

std::string exec_task(const std::string &arg) { return pelato::error(arg); }
