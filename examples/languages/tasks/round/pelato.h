// What PELATO offers a task. It is included in every file before its first line.
#ifndef PELATO_H
#define PELATO_H

#include <optional>
#include <string>
#include <utility>

// A task has one function. It gets the message and returns what is sent on; "" filters the message out:
//
//     std::string exec_task(std::string_view arg)
//     std::expected<std::string, std::string> exec_task(std::string_view arg)
//
// Text of any kind will do, such as `const std::string &` or `const char *`.

namespace pelato {

// What made the call fail.
inline std::optional<std::string> failure;

// Makes this call fail with a text: `return pelato::error("no name");`
inline std::string error(std::string text) {
  failure = std::move(text);
  return {};
}

}  // namespace pelato

#endif
