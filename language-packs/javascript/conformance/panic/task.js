// A task for `pelato pack check`: throws what nobody expects, whatever it takes.
export function exec_task(arg) {
  return undefined.reading;
}
