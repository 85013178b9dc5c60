// A task for `pelato pack check`: has a signature that cannot be used.
export function exec_task() {
  return 273.15;
}
