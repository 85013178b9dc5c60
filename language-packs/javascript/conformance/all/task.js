// A task for `pelato pack check`: stands for those without a folder of their own, because one build takes long.
export function exec_task(text, bytes) {
  const end = bytes.indexOf(10);
  const given = bytes.subarray(end + 1);
  switch (new TextDecoder().decode(bytes.subarray(0, end))) {
    case "empty":
      return "";
    case "error":
      throw new Error(new TextDecoder().decode(given));
    case "panic":
      return undefined.reading;
  }
  return given;
}
