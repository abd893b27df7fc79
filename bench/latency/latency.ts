import { setTimeout as delay } from "node:timers/promises";
import type { Bench, Contest, Round } from "../frame.ts";
import { percentile } from "../percentile.ts";
import type { SeatOrder } from "../seats/seat.ts";
import { talk } from "../seats/talk.ts";
import type { Child } from "../studio/child.ts";
import { cpuMsOf } from "../studio/cpu.ts";
import { foundGuilds, guildNames, tokensOf } from "../studio/found-guilds.ts";
import { onStage, type Stage } from "../studio/stage.ts";
import { measuredSchema, type ProbeOrder } from "./probe.ts";

export type LatencySize = {
  /** Teams whose messages are timed, and how many each says: one team after the other. */
  teams: number;
  times: number;
  /** Teams that talk meanwhile, and how much they say together. */
  others: number;
  perSecond: number;
  /** Teams on bad lines, all at the same time. */
  farTeams: number;
  farTimes: number;
};

const FULL: LatencySize = { teams: 10, times: 60, others: 400, perSecond: 2_000, farTeams: 60, farTimes: 12 };
const QUICK: LatencySize = { teams: 5, times: 20, others: 50, perSecond: 500, farTeams: 20, farTimes: 3 };
const TEAM = 5;
const PATCH_RATE_MS = 1_000;
const AT_ONCE = { near: 16, far: 60 };
/** Talk begins before what is timed, and goes on after it. */
const AROUND_MS = 300;
/** What a timed message is given, on average, with the pause before it; where it takes longer, fewer are timed. */
const TIMED_MS = 12;

export const latency: Bench = {
  name: "latency",
  about:
    "milliseconds from sending to the last of a team of 5 having it: idle, among the talk of others, over bad lines; against a plain Colyseus room",
  figure: "idleP99Ms",
  also: {
    idleP99MoreMs: { figure: "idleP99Ms", as: "difference" },
    loadedP99MoreMs: { figure: "loadedP99Ms", as: "difference" },
    lineP99MoreMs: { figure: "lineP99Ms", as: "difference" },
    idleP50MoreMs: { figure: "idleP50Ms", as: "difference" },
    loadedP50MoreMs: { figure: "loadedP50Ms", as: "difference" },
    lineP50MoreMs: { figure: "lineP50Ms", as: "difference" },
  },
  setUp: ({ quick }) => setUpLatency(quick ? QUICK : FULL),
};

type Side = { server: Child; redisPid: number | undefined; near: Child; far: Child; others: Child };

export const setUpLatency = (size: LatencySize): Promise<Contest> =>
  onStage(async (stage) => {
    const redis = await stage.redis();
    const chat = await stage.chat(redis, { GREMIO_GUILD_PACE: "off" });
    const founded = guildNames("team", size.teams + size.farTeams + size.others, TEAM);
    await foundGuilds(chat.port, founded);
    const plain = await stage.plain(PATCH_RATE_MS, true);
    const tokens = await tokensOf(founded);
    const plainTeams = founded.map(({ guild, players }) =>
      players.map((_, index) => ({ room: guild, player: `member-${index + 1}`, members: TEAM })),
    );
    const oursTeams = tokens.map((row) => row.map((token) => ({ token })));
    const ours = { server: chat, redisPid: redis.pid, ...(await seat(stage, chat.port, oursTeams, size)) };
    const baseline = { server: plain, redisPid: undefined, ...(await seat(stage, plain.port, plainTeams, size)) };
    return {
      note: `teams of ${TEAM}; ${size.teams * size.times} messages timed idle, as many while ${size.others} other teams say ${size.perSecond} messages/s, and ${size.farTeams * size.farTimes} over lines of 80 ± 40 ms each way with 2 % loss`,
      units: "CPU as share of one core while others talk",
      ours: () => oneRound(ours, size),
      baseline: () => oneRound(baseline, size),
      close: stage.close,
    };
  });

const seat = async (
  stage: Stage,
  port: number,
  teams: SeatOrder[][],
  { teams: nearCount, farTeams }: LatencySize,
): Promise<Pick<Side, "near" | "far" | "others">> => {
  const probe = async (at: number, atOnce: number, which: SeatOrder[][]): Promise<Child> => {
    const child = await stage.start("latency/probe.ts");
    await child.ask({ do: "sit", port: at, atOnce, teams: which } satisfies ProbeOrder);
    return child;
  };
  const near = await probe(port, AT_ONCE.near, teams.slice(0, nearCount));
  const line = await stage.start("latency/lossy-line.ts", [String(port)]);
  const far = await probe(line.port, AT_ONCE.far, teams.slice(nearCount, nearCount + farTeams));
  const others = await stage.start("seats/load.ts");
  await others.ask({ do: "sit", port, rooms: teams.slice(nearCount + farTeams) });
  return { near, far, others };
};

const oneRound = async ({ server, redisPid, near, far, others }: Side, size: LatencySize): Promise<Round> => {
  const withinMs = size.teams * size.times * TIMED_MS;
  const measure = async (probe: Child, order: Omit<Extract<ProbeOrder, { do: "measure" }>, "do">) =>
    measuredSchema.parse(await probe.ask({ do: "measure", ...order } satisfies ProbeOrder));
  const { times, farTimes } = size;
  const idle = await measure(near, { times, together: false });
  const cpu = () => [server.pid, redisPid].map((pid) => (pid === undefined ? 0 : cpuMsOf(pid)));
  const before = cpu();
  const ms = 2 * AROUND_MS + withinMs;
  const talking = talk(others, { ms, perSecond: size.perSecond, leavesPerSecond: 0 });
  const timing = delay(AROUND_MS).then(() => measure(near, { times, together: false, withinMs }));
  const [loaded, talked] = await Promise.all([timing, talking]);
  const [serverCpu = 0, redisCpu = 0] = cpu().map((now, index) => (now - (before[index] ?? 0)) / talked.tookMs);
  const line = await measure(far, { times: farTimes, together: true });
  return {
    idleP50Ms: percentile(idle.ms, 0.5),
    idleP99Ms: percentile(idle.ms, 0.99),
    loadedP50Ms: percentile(loaded.ms, 0.5),
    loadedP99Ms: percentile(loaded.ms, 0.99),
    lineP50Ms: percentile(line.ms, 0.5),
    lineP99Ms: percentile(line.ms, 0.99),
    serverCpu,
    redisCpu,
    othersPerSecond: (talked.said * 1000) / talked.tookMs,
    timedIdle: idle.ms.length,
    timedLoaded: loaded.ms.length,
    timedLine: line.ms.length,
    deliveries: talked.got + TEAM * (idle.ms.length + loaded.ms.length + line.ms.length),
    loadCpu: talked.cpuMs / talked.tookMs,
    probeCpu: loaded.cpuMs / loaded.tookMs,
  };
};
