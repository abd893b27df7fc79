import { demandSound, type Finding, findingSchema, sumOf } from "../checker/finding.ts";
import type { Bench, Contest, Round } from "../frame.ts";
import { percentile } from "../percentile.ts";
import type { SeatOrder } from "../seats/seat.ts";
import type { Child } from "../studio/child.ts";
import { cpuMsOf } from "../studio/cpu.ts";
import { foundGuilds, guildNames, tokensOf } from "../studio/found-guilds.ts";
import { askRedis } from "../studio/redis-facts.ts";
import { onStage, type Stage } from "../studio/stage.ts";
import { type Order, returnedSchema } from "./orders.ts";
import { withSlowestPing } from "./slowest-ping.ts";

export type ResumeSize = { guilds: number; members: number; messages: number; loads: number };

const FULL: ResumeSize = { guilds: 50, members: 100, messages: 20, loads: 2 };
const QUICK: ResumeSize = { ...FULL, guilds: 6 };
const PATCH_RATE_MS = 1_000;

export const resume: Bench = {
  name: "resume",
  about:
    "milliseconds until the last of 5,000 cut off at once is back with the 20 messages he missed, against a plain Colyseus re-join that loses them",
  figure: "lastMs",
  also: { p50Ratio: { figure: "waitP50Ms", as: "ratio" }, serverCpuRatio: { figure: "serverCpuMs", as: "ratio" } },
  setUp: ({ quick }) => setUpResume(quick ? QUICK : FULL),
};

/** Both servers with all their connections; the loads of each side are processes of their own. */
export const setUpResume = (size: ResumeSize): Promise<Contest> =>
  onStage(async (stage) => {
    const { guilds, members, messages } = size;
    const founded = guildNames("back", guilds, members);
    const redis = await stage.redis();
    // Keepers say in a second what members say in minutes: their pace is not what is measured.
    const chat = await stage.chat(redis, { GREMIO_GUILD_PACE: "off" });
    await foundGuilds(chat.port, founded);
    const seats = (await tokensOf(founded)).map((row) => row.map((token) => ({ token })));
    const loads = await openLoads(stage, chat.port, seats, size.loads);
    const plain = await stage.plain(PATCH_RATE_MS, true);
    const plainSeats = founded.map(({ guild, players }) =>
      players.map((_, index) => ({ room: guild, player: `member-${index + 1}`, members })),
    );
    const plainLoads = await openLoads(stage, plain.port, plainSeats, size.loads);
    const facts = await askRedis(redis.url);
    stage.onClose(facts.close);
    const players = guilds * members;
    return {
      note: `${guilds} guilds of ${members}, all cut off at once but a second line of one of each, who says ${messages} messages; then all come back at the same moment: HTTP, WebSocket, seat, whole state, resume`,
      units: "CPU in ms of all cores together",
      ours: async () => {
        await askAll(loads, { do: "cut", messages });
        const before = await facts.facts();
        const redisBefore = cpuMsOf(redis.pid);
        const { outcome, slowestPingMs } = await withSlowestPing(redis.url, () => storm(loads, chat));
        const redisCpuMs = cpuMsOf(redis.pid) - redisBefore;
        const { commands } = await facts.facts();
        const finding = await checked(loads);
        demandSound(finding);
        const { due, lost } = finding;
        if (due !== (players + guilds) * (messages + 1)) throw new Error(`only ${due} messages were due to all lines`);
        return {
          ...outcome,
          lost,
          redisCpuMs,
          slowestPingMs,
          redisCommandsEach: (commands - before.commands) / players,
        };
      },
      baseline: async () => {
        await askAll(plainLoads, { do: "cut", messages });
        const outcome = await storm(plainLoads, plain);
        const { lost, duplicated, disordered } = await checked(plainLoads);
        if (lost !== players * messages || duplicated + disordered > 0)
          throw new Error(`${lost} were lost of ${players * messages}, ${duplicated} came twice`);
        return { ...outcome, lost, redisCpuMs: 0, slowestPingMs: 0, redisCommandsEach: 0 };
      },
      close: stage.close,
    };
  });

const openLoads = async (stage: Stage, port: number, seats: SeatOrder[][], count: number): Promise<Child[]> => {
  const loads = await Promise.all(Array.from({ length: count }, () => stage.start("resume/load.ts")));
  const share = Math.ceil(seats.length / count);
  await Promise.all(
    loads.map((load, index) => {
      const rooms = seats.slice(index * share, (index + 1) * share);
      return load.ask({ do: "sit", port, rooms } satisfies Order);
    }),
  );
  return loads;
};

const askAll = (loads: readonly Child[], order: Order): Promise<unknown[]> =>
  Promise.all(loads.map((load) => load.ask(order)));

const storm = async (loads: readonly Child[], server: Child): Promise<Round> => {
  const before = cpuMsOf(server.pid);
  const returned = (await askAll(loads, { do: "return" })).map((answer) => returnedSchema.parse(answer));
  const serverCpuMs = cpuMsOf(server.pid) - before;
  const lastMs = Math.max(...returned.map(({ tookMs }) => tookMs));
  const waits = returned.flatMap(({ waitsMs }) => waitsMs);
  const mean = sum(waits) / waits.length;
  return {
    lastMs,
    waitP50Ms: percentile(waits, 0.5),
    waitP99Ms: percentile(waits, 0.99),
    mostOverMean: Math.max(...waits) / mean,
    placeCorrelation: sum(returned.map(({ waitsMs }) => correlation(waitsMs))) / returned.length,
    serverCpuMs,
    loadCpuMs: sum(returned.map(({ cpuMs }) => cpuMs)),
    busiestLoad: Math.max(...returned.map(({ cpuMs, tookMs }) => cpuMs / tookMs)),
    putOff: sum(returned.map(({ putOff }) => putOff)),
  };
};

const checked = async (loads: readonly Child[]): Promise<Finding> =>
  sumOf((await askAll(loads, { do: "check" })).map((answer) => findingSchema.parse(answer)));

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** Of the values with their places: 1 when everybody waits as long as his place in the queue is. */
const correlation = (values: readonly number[]): number => {
  const [meanPlace, meanValue] = [(values.length - 1) / 2, sum(values) / values.length];
  const spread = (of: (value: number, place: number) => number): number => sum(values.map(of));
  return (
    spread((value, place) => (value - meanValue) * (place - meanPlace)) /
    Math.sqrt(spread((value) => (value - meanValue) ** 2) * spread((_, place) => (place - meanPlace) ** 2))
  );
};
