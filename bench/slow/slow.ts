import { setTimeout as delay } from "node:timers/promises";
import { DEV_API_KEY } from "../../server/config/development-secrets.ts";
import { LIMITS } from "../../shared/limits.ts";
import { demandSound, findingSchema, sumOf } from "../checker/finding.ts";
import type { Bench, Contest, Round } from "../frame.ts";
import { makeBackend } from "../studio/backend.ts";
import type { Child } from "../studio/child.ts";
import { cpuMsOf } from "../studio/cpu.ts";
import { foundGuilds, guildNames, tokensOf } from "../studio/found-guilds.ts";
import { settledMemory } from "../studio/memory.ts";
import { onStage } from "../studio/stage.ts";
import { until } from "../studio/until.ts";
import { type SlowOrder, streamedSchema, toldSchema } from "./orders.ts";

export type SlowSize = {
  members: number;
  sessions: number;
  /** Sockets that stall. */
  stalled: number;
  /**
   * Before anything is timed, those who may stall ask so often for pages of 400 KB, and then bursts of messages of 2 KB are said: on Linux the kernel takes some 4 MB for
   * one who does not read (tcp_wmem), and only then does anything wait in the server.
   */
  pages: number;
  bursts: number;
  atOnce: number;
  ms: number;
  perSecond: number;
};

const FULL: SlowSize = {
  ...{ members: LIMITS.guildMembers, sessions: 5, stalled: 50 },
  ...{ pages: 9, bursts: 16, atOnce: 50, ms: 5_000, perSecond: 40 },
};
const QUICK: SlowSize = { ...FULL, ms: 2_500 };
/** The roster changes this often while messages are timed. */
const CHANGE_MS = 500;
const CAUGHT_UP_MS = 30_000;
const IDLE_MS = 15_000;

export const slow: Bench = {
  name: "slow",
  about: "p99 of messages in a room of 500 sockets while 50 of them do not read, against the same room while all read",
  figure: "p99Ms",
  setUp: ({ quick }) => setUpSlow(quick ? QUICK : FULL),
};

/** One room; in rounds of ours the process that holds some of its sockets is stopped. */
export const setUpSlow = (size: SlowSize): Promise<Contest> =>
  onStage(async (stage) => {
    const redis = await stage.redis();
    const chat = await stage.chat(redis, { GREMIO_GUILD_PACE: "off" });
    const founded = guildNames("slow", 1, size.members);
    await foundGuilds(chat.port, founded);
    const [each = []] = await tokensOf(founded);
    const tokens = Array.from({ length: size.sessions }, () => each).flat();
    const load = async (some: readonly string[]): Promise<Child> => {
      const child = await stage.start("slow/load.ts");
      await child.ask({ do: "sit", port: chat.port, tokens: [...some] } satisfies SlowOrder);
      return child;
    };
    const others = await load(tokens.slice(size.stalled));
    const stalling = await load(tokens.slice(0, size.stalled));
    // Whatever happens, a process that is stopped must go on to end.
    stage.onClose(async () => goOn(stalling));
    // What the first pages will be of.
    await others.ask({ do: "fill", bursts: 4, atOnce: size.atOnce } satisfies SlowOrder);
    const backend = makeBackend(() => chat.port, DEV_API_KEY);

    const tell = async (child: Child) => toldSchema.parse(await child.ask({ do: "tell" } satisfies SlowOrder));
    const judged = async (child: Child) => findingSchema.parse(await child.ask({ do: "judge" } satisfies SlowOrder));
    const changing = (): { end(): Promise<void> } => {
      let changes = 0;
      let last = Promise.resolve();
      const timer = setInterval(() => {
        last = last.then(() => backend.player(`slow-0-${changes++ % size.members}`, `Name ${changes}`));
        last.catch(() => undefined);
      }, CHANGE_MS);
      return {
        end: () => {
          clearInterval(timer);
          return last;
        },
      };
    };

    const round = async (stall: boolean): Promise<Round> => {
      const before = await settledMemory(chat);
      await stalling.ask({ do: "clog", pages: size.pages } satisfies SlowOrder);
      if (stall) process.kill(stalling.pid, "SIGSTOP");
      try {
        await others.ask({ do: "fill", bursts: size.bursts, atOnce: size.atOnce } satisfies SlowOrder);
        // The pages are encoded while that goes on, and must not be while messages are timed.
        await until(() => isIdle(chat), IDLE_MS);
        const changes = changing();
        const cpu = cpuMsOf(chat.pid);
        const { p50Ms, p99Ms, cpuMs, tookMs, timed } = streamedSchema.parse(
          await others.ask({ do: "stream", ms: size.ms, perSecond: size.perSecond } satisfies SlowOrder),
        );
        const serverCpu = (cpuMsOf(chat.pid) - cpu) / tookMs;
        await changes.end();
        const after = await settledMemory(chat);
        goOn(stalling);
        const began = performance.now();
        const { reached } = await tell(others);
        const caughtUp = await until(async () => (await tell(stalling)).reached >= reached, CAUGHT_UP_MS);
        const caughtUpMs = performance.now() - began;
        const told = [await tell(others), await tell(stalling)];
        if (!caughtUp || told.some(({ closed }) => closed > 0))
          throw new Error(`not everyone has caught up on his connection: ${JSON.stringify({ reached, told })}`);
        demandSound(sumOf([await judged(others), await judged(stalling)]));
        const grown = (kind: "resident" | "heap" | "outside"): number => after[kind] - before[kind];
        return {
          ...{ p50Ms, p99Ms, serverCpu, loadCpu: cpuMs / tookMs, timed },
          /** What the server holds more than before the round, its garbage collected, for each socket that may stall. */
          heldKbEach: (grown("heap") + grown("outside")) / 1024 / size.stalled,
          residentGrownMb: grown("resident") / 1024 / 1024,
          caughtUpMs,
        };
      } finally {
        goOn(stalling);
      }
    };
    const { members, sessions, stalled, pages, bursts, atOnce, ms, perSecond } = size;
    return {
      note: `${members * sessions} sockets (${members} members × ${sessions}), ${stalled} of them stopped in rounds of ours and reading in the baseline's; these asked for ${pages} pages of 400 KB and ${bursts * atOnce} messages of 2 KB said before the timed ones, ${perSecond} messages/s for ${ms / 1_000} s, the roster changing every ${CHANGE_MS} ms`,
      units: "CPU as share of one core",
      ours: () => round(true),
      baseline: () => round(false),
      close: stage.close,
    };
  });

/** Whether a process uses less than a tenth of a core. */
const isIdle = async ({ pid }: Child): Promise<boolean> => {
  const before = cpuMsOf(pid);
  await delay(300);
  return cpuMsOf(pid) - before <= 30;
};

/** One that has ended meanwhile needs no waking. */
const goOn = ({ pid }: Child): void => {
  try {
    process.kill(pid, "SIGCONT");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
};
