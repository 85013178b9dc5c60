// Comes before the task's own modules. The engine has `fetch`, but what it needs is not in a component: to call it would end
// the instance without a word.
delete globalThis.fetch;

// The engine has no `process`. What is in its environment is asked for when a call first reads it: while the component is
// made, there is none.
import { getEnvironment } from "wasi:cli/environment@0.2.3";

let env;

function values() {
  return env ?? Object.create(null);
}

// Called when a call begins.
export function begin() {
  env ??= Object.assign(Object.create(null), Object.fromEntries(getEnvironment()));
}

globalThis.process = {
  env: new Proxy(Object.create(null), {
    get: (_, name) => values()[name],
    has: (_, name) => name in values(),
    ownKeys: () => Reflect.ownKeys(values()),
    getOwnPropertyDescriptor: (_, name) => Object.getOwnPropertyDescriptor(values(), name),
    set: (_, name, value) => {
      values()[name] = String(value);
      return true;
    },
    deleteProperty: (_, name) => delete values()[name],
  }),
};
