/** What a process needs of this machine, and nothing of who runs the tests: where programs are, and our code compiled (see compile-cache.ts). */
export const bareEnvironment = (): NodeJS.ProcessEnv => {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  return { PATH, NODE_COMPILE_CACHE };
};
