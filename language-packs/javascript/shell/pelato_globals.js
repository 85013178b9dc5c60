// Comes before the task's own modules. The engine has `fetch`, but what it needs is not in a component: to call it would end
// the instance without a word.
delete globalThis.fetch;
