import type { Redis } from "../server/redis/redis.ts";

/**
 * Runs commands of several processes step by step: a step is one call to Redis, and which command takes the next one is what `choices` say. So a race is found by
 * chance once, and happens again with the same choices.
 */
export const interleave = async (
  redis: Redis,
  commands: readonly ((redis: Redis) => Promise<unknown>)[],
  choices: readonly number[],
  afterStep: () => Promise<void>,
): Promise<PromiseSettledResult<unknown>[]> => {
  const waiting: { command: number; go: () => void }[] = [];
  let active = commands.length;
  let step = 0;
  const next = (): void => {
    if (active > 0 || waiting.length === 0) return;
    waiting.sort((a, b) => a.command - b.command);
    const [chosen] = waiting.splice((choices[step++ % choices.length] ?? 0) % waiting.length, 1);
    active = 1;
    chosen?.go();
  };
  const turn = (command: number): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.push({ command, go: resolve });
    active -= 1;
    next();
    return promise;
  };
  const stepwise = (command: number): Redis => {
    const inTurn = async <T>(call: () => Promise<T>): Promise<T> => {
      await turn(command);
      try {
        return await call();
      } finally {
        await afterStep();
      }
    };
    return {
      ...redis,
      run: (key, args) => inTurn(() => redis.run(key, args)),
      fcall: (name, keys, args) => inTurn(() => redis.fcall(name, keys, args)),
    };
  };
  return Promise.allSettled(
    commands.map(async (command, index) => {
      try {
        return await command(stepwise(index));
      } finally {
        active -= 1;
        next();
      }
    }),
  );
};
