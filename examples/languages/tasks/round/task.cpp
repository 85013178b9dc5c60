// Two decimals.
#include "pelato.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

std::string exec_task(const std::string &arg) {
  constexpr std::string_view key = "\"Data\":";
  const auto at = arg.find(key);
  if (at == std::string::npos) return pelato::error("a reading has Data");
  char *rest = nullptr;
  const double kelvin = std::strtod(arg.c_str() + at + key.size(), &rest);
  char text[40];
  std::snprintf(text, sizeof text, "%.2f", kelvin);
  return arg.substr(0, at + key.size()) + text + rest;
}
