// A task for `pelato pack check`: takes a text and gives it back as it is.
export function exec_task(arg) {
  return arg;
}
