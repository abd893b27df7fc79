import { setTimeout as delay } from "node:timers/promises";
import { Checker } from "../checker/checker.ts";
import type { Report } from "../checker/report.ts";
import { makeRandom } from "../random.ts";
import { type Backend, type CountedDecision, makeBackend } from "../studio/backend.ts";
import { openHouse } from "../studio/house.ts";
import { makePhones, type Phones } from "../studio/phones.ts";
import { until } from "../studio/until.ts";
import { openWeakLine } from "../studio/weak-line.ts";
import { type Cast, castOf, membersFor } from "./cast.ts";
import type { ReplayOptions } from "./options.ts";
import { type Plan, planOf } from "./plan.ts";
import { ReplayPlayer } from "./player.ts";
import { countPushes, type Pushes } from "./pushes.ts";
import type { Trace } from "./trace.ts";

export type Progress = { part: number; sent: number; acknowledged: number; cuts: number; down: number };

export type Outcome = {
  cast: Cast;
  speed: number;
  tookMs: number;
  report: Report;
  pushes: Pushes;
  cuts: number;
  /** For how long there was no chat process; undefined when it was not killed. */
  downMs: number | undefined;
  /** Away members whom no digest told that there is something to read. */
  notTold: string[];
  /** Members who had not caught up in time. */
  notCaughtUp: string[];
};

/** Digests within seconds instead of production's minutes, as `npm start` does. */
const SETTINGS = {
  GREMIO_NAMESPACE: "replay",
  GREMIO_DIGEST_WINDOW_MS: "6000",
  GREMIO_GRACE_MS: "3000",
  // What is repeated in a minute here was repeated in many of the trace; `bench/flood/traces.ts` judges that at the pace of the trace.
  GREMIO_GUILD_PACE: "similar=0,short=0,raid=0",
};

const GUILD = "replay";
/** What is still on its way at the end: the slowest sender waits for his budget, two a second. */
const SETTLE_MS = 120_000;
const PHONES_MS = 40_000;
const AT_ONCE = 8;

/** Plays a trace; settles when everything has been compared and every process has ended. */
export const replay = async (
  trace: Trace,
  options: Omit<ReplayOptions, "file">,
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
  log?: (line: string) => void,
): Promise<Outcome> => {
  const people = new Set(trace.lines.map(({ from }) => from)).size;
  const cast = castOf(trace.lines, options.members ?? membersFor(people));
  const plan = planOf(trace.lines, cast, options, makeRandom(options.seed));
  const house = await openHouse({ signal, env: SETTINGS, ...(log && { log }) });
  const players = new Map<string, ReplayPlayer>();
  const began = performance.now();
  try {
    const backend = makeBackend(house.chatPort, house.apiKey);
    const phones = makePhones(house.sandboxUrl);
    const checker = new Checker(() => performance.now());
    const numbers = await foundGuild(cast, backend, phones);
    const seat = async (player: string): Promise<ReplayPlayer> => {
      const line = await openWeakLine(house.chatPort);
      const number = numbers.get(player) ?? 0;
      const seated = new ReplayPlayer({ player, number, line, checker, getToken: () => backend.token(player) });
      players.set(player, seated);
      return seated;
    };
    const connected = cast.members.filter(({ role }) => role !== "away").map(({ player }) => player);
    const away = cast.members.filter(({ role }) => role === "away").map(({ player }) => player);
    await inTurns(connected, async (player) => (await seat(player)).come());

    const downMs = await play(plan, players, house.killChat, signal, onProgress);
    const all = [...players.values()];
    await until(() => all.every(({ waiting }) => waiting === 0), SETTLE_MS, signal);
    const head = (await backend.history(GUILD)).lineage.head;
    await until(() => all.every((player) => player.hasReached(head)), SETTLE_MS, signal);
    const notCaughtUp = all.filter((player) => !player.hasReached(head)).map(({ player }) => player);

    const silent = async (): Promise<string[]> => {
      const told = await Promise.all(away.map(async (player) => wasTold(await backend.decisions(player))));
      return away.filter((_, index) => !told[index]);
    };
    await until(async () => (await silent()).length === 0, PHONES_MS, signal, 500);
    const notTold = await silent();
    const pushes = await countPushes([...connected, ...away], backend, phones);

    await inTurns(away, async (player) => {
      const back = await seat(player);
      await back.come();
      await back.pageBack();
    });
    const { entries, lineage } = await backend.history(GUILD);
    const report = checker.report(entries, lineage);
    const cuts = all.reduce((sum, player) => sum + player.cuts, 0);
    const tookMs = performance.now() - began;
    return { cast, speed: plan.speed, tookMs, report, pushes, cuts, downMs, notTold, notCaughtUp };
  } finally {
    await Promise.all([...players.values()].map((player) => player.close()));
    await house.stop();
  }
};

/** Whoever is away to the end gets one digest of what he has not read, whatever was announced to him before. */
const wasTold = (decisions: readonly CountedDecision[]): boolean =>
  decisions.some(({ about, sent }) => about.type === "digest" && Object.values(sent ?? {}).includes("sent"));

const phoneOf = (player: string): string => `phone-of-${player}`;

/** Players, phones and the guild; gives every member's number in the channel. */
const foundGuild = async (cast: Cast, backend: Backend, phones: Phones): Promise<Map<string, number>> => {
  await inTurns(cast.members, async ({ player }) => {
    await backend.player(player, player);
    await phones.register(phoneOf(player));
    await backend.device(player, "phone", phoneOf(player));
  });
  const [leader, ...others] = cast.members;
  await backend.guild(GUILD, leader?.player ?? "");
  await inTurns(others, ({ player, rank }) => backend.member(GUILD, player, rank));
  return backend.numbers(GUILD);
};

const play = async (
  { steps, lengthMs }: Plan,
  players: ReadonlyMap<string, ReplayPlayer>,
  killChat: () => Promise<number>,
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
): Promise<number | undefined> => {
  const all = [...players.values()];
  const began = performance.now();
  let sent = 0;
  let killing: Promise<number> | undefined;
  const tell = (atMs: number): void =>
    onProgress({
      part: lengthMs === 0 ? 1 : atMs / lengthMs,
      sent,
      acknowledged: all.reduce((sum, { acknowledged }) => sum + acknowledged, 0),
      cuts: all.reduce((sum, { cuts }) => sum + cuts, 0),
      down: all.filter(({ isLive }) => !isLive).length,
    });
  for (const step of steps) {
    const earlyMs = step.atMs - (performance.now() - began);
    if (earlyMs > 0) await delay(earlyMs, undefined, { signal });
    if (step.do === "kill") killing = killChat();
    else if (step.do === "cut") players.get(step.player)?.loseLine(step.deadMs);
    else {
      players.get(step.player)?.speak(step.do, step.text);
      sent += 1;
    }
    tell(step.atMs);
  }
  tell(lengthMs);
  return killing;
};

/** Some at once, since a thousand would only wait for each other. */
const inTurns = async <T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> => {
  const queue = [...items];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
    }),
  );
};
