// A task for `pelato pack check`: gives an empty result: the message is filtered out.
export function exec_task(arg) {
  return "";
}
