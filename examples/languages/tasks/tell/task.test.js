// Run with `node --test` in this folder.
import assert from "node:assert/strict";
import test from "node:test";

import { exec_task } from "./task.js";

test("makes a sentence", () => {
  assert.equal(exec_task('{"Data":294.65,"Name":"attic","Level":"fine"}'), "attic is fine: 294.65 K");
});
