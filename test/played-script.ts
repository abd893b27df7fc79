import { asTexts } from "../server/redis/reply.ts";
import { aSteppedNotifier } from "./a-stepped-notifier.ts";
import { aWorldOfNotices } from "./a-world-of-notices.ts";
import { BUCKET, PLAYERS, POLICY } from "./cast-of-notices.ts";
import { aLife, isSilence } from "./fate-of-a-process.ts";
import { phonesInMind } from "./phones-in-mind.ts";
import { queueOfJobs } from "./queue-of-jobs.ts";
import type { redisOfManyClocks } from "./redis-of-many-clocks.ts";
import type { Act, Script } from "./script-of-notices.ts";
import { whatBecameOfNotices } from "./what-became-of-notices.ts";

export type Clocks = Awaited<ReturnType<typeof redisOfManyClocks>>;

const HOUR_MS = 3_600_000;
/** All quiet hours, budgets and lives are over by then. */
const MOST_TURNS = 400;
const SILENT_LOGS = ["RedisUnavailable", "Redis did not answer"];

let namespaces = 0;

/** Plays a script until nothing is due any more. Gives what is wrong then; undefined: nothing is. `trace` is told of every step. */
export const playedScript = async (
  clocks: Clocks,
  script: Script,
  trace?: (line: string) => void,
): Promise<string | undefined> => {
  const faults: string[] = [];
  const wrong = (what: string): void => {
    trace?.(`WRONG ${what}`);
    faults.push(what);
  };
  namespaces += 1;
  const midnight = Math.floor(Date.now() / (24 * HOUR_MS)) * 24 * HOUR_MS;
  const world = await aWorldOfNotices(clocks.redis, `r${namespaces}`, midnight + script.hour * HOUR_MS, clocks.set);
  const { keys, redis, now } = world;
  const phones = phonesInMind(world, wrong);
  let turns = script.turns;
  const queue = queueOfJobs(() => {
    turns = (turns >> 1) | ((turns & 1) << 7);
    return (turns & 1) === 1;
  });
  const sleepers: { wake(): void; done: Promise<void> }[] = [];
  let processes = 0;

  const run = async ({ fate, during, fcm }: Omit<Extract<Act, { type: "run" }>, "type">): Promise<void> => {
    processes += 1;
    const name = `n${processes}`;
    const acts = during.map(({ at, act }) => ({
      at,
      does: async () => {
        trace?.(`  during ${name} before ${at}: ${JSON.stringify(act)}`);
        await world.does(act);
      },
    }));
    const life = aLife(fate, acts);
    const asked = new Map();
    const answers = [...fcm];
    let isLate = false;
    const step: typeof life.step = (does) => life.step(does);
    const watched = phones.watch(redis, asked);
    const notifier = aSteppedNotifier({
      ...{ keys, bucket: BUCKET, name, step, queue, now, isAlive: world.isAlive, decisions: world.decisions },
      redis: trace === undefined ? watched : traced(watched, name, trace),
      sender: phones.sender(step, asked, answers, () => isLate),
      policy: () => POLICY,
      onLog: (line) => {
        if (!SILENT_LOGS.some((silent) => line.includes(silent))) wrong(`log: ${line}`);
      },
    });
    const done = notifier
      .run()
      .catch((error: unknown) => {
        if (!isSilence(error)) wrong(`failed: ${error instanceof Error ? error.stack : String(error)}`);
      })
      .then(life.quiet);
    await Promise.race([done, life.asleep]);
    const wakes = (): void => {
      isLate = true;
      life.wake();
    };
    if (fate.fault === "sleeps") sleepers.push({ wake: wakes, done });
  };
  const wake = async (): Promise<void> => {
    const sleeper = sleepers.shift();
    sleeper?.wake();
    await sleeper?.done;
  };

  const nextDue = async (): Promise<number | undefined> => {
    const found = await Promise.all(
      ["due", "claimed"].map(async (part) => {
        const key = keys.inBucket(BUCKET, part);
        return asTexts(await redis.run(key, ["ZRANGE", key, "0", "0", "WITHSCORES"]))[1];
      }),
    );
    const times = [
      ...found.flatMap((score) => (score === undefined ? [] : [Number(score)])),
      queue.next() ?? [],
    ].flat();
    return times.length === 0 ? undefined : Math.min(...times);
  };

  const clean = { fate: { at: 0, fault: "none" as const }, during: [], fcm: [] };
  try {
    for (const act of script.acts) {
      trace?.(`${now()} ${JSON.stringify(act)}`);
      if (act.type === "run") await run(act);
      else if (act.type === "wake") await wake();
      else await world.does(act);
      if (act.type !== "time") await world.advance(1);
    }
    trace?.("END");
    while (sleepers.length > 0) await wake();
    for (const who of PLAYERS.keys()) {
      await world.place({ who, where: 0, is: "match-over", minutes: 1 });
      await world.place({ who, where: 0, is: "gone", minutes: 1 });
    }
    for (let turn = 0; ; turn++) {
      if (turn > MOST_TURNS) {
        wrong("it never ends");
        break;
      }
      await run(clean);
      const next = await nextDue();
      if (next === undefined) break;
      trace?.(`time passes: ${next - now()}`);
      await world.advance(Math.max(1, next - now()));
    }
    await whatBecameOfNotices(world, phones, wrong);
  } catch (error) {
    wrong(`script: ${error instanceof Error ? error.stack : String(error)}`);
  }
  return faults[0];
};

const traced = (redis: Clocks["redis"], name: string, trace: (line: string) => void): Clocks["redis"] => ({
  ...redis,
  fcall: async (fn, keys, args) => {
    const reply = await redis.fcall(fn, keys, args);
    trace(
      `    ${name} ${fn} ${keys[0]} ${JSON.stringify(args).slice(0, 300)} -> ${JSON.stringify(reply).slice(0, 300)}`,
    );
    return reply;
  },
});
