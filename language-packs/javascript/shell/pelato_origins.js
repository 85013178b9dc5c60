// Where something happened in the task's own files: the engine names lines of the bundle, and the source map that esbuild
// makes beside it says which line of which file each of them is.
import map from "./origins.js";

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const SELF = "pelato_origins.js";

// The numbers of a segment. A digit has six bits: the highest says whether the number goes on, the lowest of the first is
// the sign.
function numbers(segment) {
  const found = [];
  let value = 0, shift = 0;
  for (const digit of segment) {
    const bits = DIGITS.indexOf(digit);
    value += (bits & 31) << shift;
    shift += 5;
    if (bits & 32) continue;
    found.push(value & 1 ? -(value >> 1) : value >> 1);
    value = shift = 0;
  }
  return found;
}

// What a line and a column of the bundle are, all counted from 1: the last segment of the line that begins before the
// column, else its first. In the map each number but the column in the bundle is a difference, also across lines.
function origin(wantedLine, wantedColumn) {
  let file = 0, line = 0, column = 0, found;
  for (const [index, segments] of map.mappings.split(";").slice(0, wantedLine).entries()) {
    let at = 0;
    for (const [across, files, lines, columns] of segments.split(",").map(numbers)) {
      if (files === undefined) continue;
      at += across, file += files, line += lines, column += columns;
      if (index === wantedLine - 1 && (!found || at < wantedColumn)) found = [map.sources[file], line + 1, column + 1];
    }
  }
  return found;
}

// A stack with the task's files in place of the bundle. The map's paths begin where the bundle is written.
export function withOrigins(stack) {
  const folder = map.sources.find((path) => path.endsWith(SELF)).slice(0, -SELF.length);
  return stack.replace(/\bbundle\.js:(\d+):(\d+)/g, (place, line, column) => {
    const [path, ...position] = origin(+line, +column) ?? [place];
    return [path.replace(folder, ""), ...position].join(":");
  });
}
