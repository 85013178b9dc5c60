// A task for `pelato pack check`: takes a text and fails with it.
export function exec_task(arg) {
  throw new Error(arg);
}
