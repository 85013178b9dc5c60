// Tell it in words.

export function exec_task(arg) {
  const { Data, Name, Level } = JSON.parse(arg);
  return `${Name} is ${Level}: ${Data} K`;
}
