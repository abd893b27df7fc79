import { setTimeout as delay } from "node:timers/promises";
import type { Bench, Contest, Round } from "../frame.ts";
import type { SeatOrder } from "../seats/seat.ts";
import { talk } from "../seats/talk.ts";
import type { Child } from "../studio/child.ts";
import { cpuMsOf } from "../studio/cpu.ts";
import { foundGuilds, guildNames, tokensOf } from "../studio/found-guilds.ts";
import { settledMemory } from "../studio/memory.ts";
import { askRedis, type RedisFacts } from "../studio/redis-facts.ts";
import { onStage } from "../studio/stage.ts";

export type GuildsSize = {
  rooms: number;
  members: number;
  /** Of each round: nobody says anything; then all talk. */
  idleMs: number;
  talkMs: number;
  /** Share of the members who leave and come back in a minute. */
  leavingPerMinute: number;
};

const FULL: GuildsSize = { rooms: 4_000, members: 4, idleMs: 6_000, talkMs: 9_000, leavingPerMinute: 0.02 };
const QUICK: GuildsSize = { rooms: 150, members: 4, idleMs: 2_000, talkMs: 1_500, leavingPerMinute: 0.02 };
const PER_ROOM_PER_SECOND = 0.2;
/** A process has 20,000 files at most, and those who leave and come back need some more. */
const MOST_ROOMS = 4_800;
/** Of the plain server: with as many rooms nobody would leave Colyseus' own 50 ms. */
const PATCH_RATE_MS = 1_000;
const MIB = 2 ** 20;

export const guilds: Bench = {
  name: "guilds",
  about:
    "processor time and memory of thousands of small guilds that seldom talk, against the same rooms in plain Colyseus",
  figure: "cpu",
  also: {
    memoryRatio: { figure: "residentMiB", as: "ratio" },
    serverCpuRatio: { figure: "serverCpu", as: "ratio" },
    idleCpuRatio: { figure: "idleCpu", as: "ratio" },
  },
  sizes: { rooms: { about: `rooms, ${FULL.rooms} unless said`, least: 1, most: MOST_ROOMS } },
  setUp: ({ quick, sizes = {} }) => {
    const usual = quick ? QUICK : FULL;
    return setUpGuilds({ ...usual, rooms: sizes.rooms ?? usual.rooms });
  },
};

type Side = { load: Child; server: Child; redis?: { pid: number; facts(): Promise<RedisFacts> } };

/** Both servers with all their connections. Guilds are founded once. */
export const setUpGuilds = (size: GuildsSize): Promise<Contest> =>
  onStage(async (stage) => {
    const redis = await stage.redis();
    const chat = await stage.chat(redis);
    const founded = guildNames("small", size.rooms, size.members);
    await foundGuilds(chat.port, founded);
    const facts = await askRedis(redis.url);
    stage.onClose(facts.close);
    const plain = await stage.plain(PATCH_RATE_MS, true);

    const sit = async (port: number, rooms: SeatOrder[][]): Promise<Child> => {
      const load = await stage.start("seats/load.ts");
      await load.ask({ do: "sit", port, rooms });
      return load;
    };
    const tokens = await tokensOf(founded);
    const ours: Side = {
      load: await sit(
        chat.port,
        tokens.map((row) => row.map((token) => ({ token }))),
      ),
      server: chat,
      redis: { pid: redis.pid, facts: facts.facts },
    };
    const plainRooms = founded.map(({ guild, players }) =>
      players.map((_, index) => ({ room: guild, player: `member-${index + 1}`, members: size.members })),
    );
    const baseline: Side = { load: await sit(plain.port, plainRooms), server: plain };
    const round = (side: Side) => () => oneRound(side, size);
    return {
      note: `${size.rooms} rooms × ${size.members} members, ${PER_ROOM_PER_SECOND} messages/s a room, ${size.leavingPerMinute * 100} % of the members leave and come back a minute`,
      units: "CPU as share of one core, ours with Redis'",
      ours: round(ours),
      baseline: round(baseline),
      close: stage.close,
    };
  });

type Used = { server: number; redis: number; commands: number; seconds: number };

/** What a side uses while something runs. */
const used = async <T>({ server, redis }: Side, work: () => Promise<T>): Promise<Used & { result: T }> => {
  const look = async () => ({
    at: performance.now(),
    server: cpuMsOf(server.pid),
    redis: redis === undefined ? 0 : cpuMsOf(redis.pid),
    commands: (await redis?.facts())?.commands ?? 0,
  });
  const before = await look();
  const result = await work();
  const after = await look();
  const seconds = (after.at - before.at) / 1000;
  return {
    result,
    seconds,
    server: (after.server - before.server) / 1000 / seconds,
    redis: (after.redis - before.redis) / 1000 / seconds,
    commands: (after.commands - before.commands) / seconds,
  };
};

const oneRound = async (
  side: Side,
  { rooms, members, idleMs, talkMs, leavingPerMinute }: GuildsSize,
): Promise<Round> => {
  const { resident, heap } = await settledMemory(side.server);
  const idle = await used(side, () => delay(idleMs));
  const perSecond = rooms * PER_ROOM_PER_SECOND;
  const leavesPerSecond = (rooms * members * leavingPerMinute) / 60;
  const talking = await used(side, () => talk(side.load, { ms: talkMs, perSecond, leavesPerSecond }));
  const { said, got, rejoined, cpuMs, tookMs } = talking.result;
  const facts = await side.redis?.facts();
  return {
    cpu: talking.server + talking.redis,
    serverCpu: talking.server,
    redisCpu: talking.redis,
    idleCpu: idle.server + idle.redis,
    idleRedisCpu: idle.redis,
    residentMiB: resident / MIB,
    heapMiB: heap / MIB,
    redisMiB: (facts?.usedBytes ?? 0) / MIB,
    redisCommandsPerSecond: talking.commands,
    idleRedisCommandsPerSecond: idle.commands,
    subscriptions: facts?.subscriptions ?? 0,
    messagesPerSecond: (said * 1000) / tookMs,
    deliveries: got,
    rejoined,
    loadCpu: cpuMs / tookMs,
  };
};
