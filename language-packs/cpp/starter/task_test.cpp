// Run with `c++ -std=c++20 -o task_test task_test.cpp && ./task_test` in this folder: no WebAssembly, no host, no NATS.
#include "task.cpp"

#include <iostream>

static int failures;

static void check(const char *what, const std::string &in, const std::string &want) {
  pelato::failure.reset();
  const std::string out = exec_task(in);
  if (pelato::failure || out != want) {
    std::cout << what << ": got " << pelato::failure.value_or(out) << ", want " << want << '\n';
    failures++;
  }
}

int main() {
  check("rounds", R"({"Name":"kitchen","Data":21.46})", R"({"Name":"kitchen","Data":21.5})");
  check("filters out what has no name", R"({"Data":21.46})", "");
  exec_task("21.46");
  if (!pelato::failure) {
    std::cout << "other input is not refused\n";
    failures++;
  }
  std::cout << (failures ? "FAILED\n" : "ok\n");
  return failures != 0;
}
