// What `node:process` is to a task.
const { process } = globalThis;

export const { env } = process;
export default process;
