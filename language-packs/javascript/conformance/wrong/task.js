// A task for `pelato pack check`: has a signature that cannot be used.
export function exec_task(name, unit, celsius) {
  return celsius + 273.15;
}
