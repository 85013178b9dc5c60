// Run with `c++ -std=c++20 -o task_test task_test.cpp && ./task_test` in this folder.
#include "task.cpp"

int main() {
  bool good = exec_task(R"({"Data":294.606,"Name":"attic"})") == R"({"Data":294.61,"Name":"attic"})";
  exec_task("{}");
  good &= pelato::failure == "a reading has Data";
  std::puts(good ? "ok" : "FAILED");
  return !good;
}
