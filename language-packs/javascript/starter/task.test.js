// Run with `node --test` in this folder: no WebAssembly, no host, no NATS.
import assert from "node:assert/strict";
import test from "node:test";

import { exec_task } from "./task.js";

test("rounds", () => {
  assert.equal(exec_task('{"Name":"kitchen","Data":21.46}'), '{"Name":"kitchen","Data":21.5}');
});

test("filters out what has no name", () => {
  assert.equal(exec_task('{"Data":21.46}'), "");
});

test("refuses other input", () => {
  assert.throws(() => exec_task("a reading"), SyntaxError);
});
