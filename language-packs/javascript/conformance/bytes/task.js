// A task for `pelato pack check`: takes bytes and gives them back as they are.
export function exec_task(text, bytes) {
  return bytes;
}
