import { setTimeout as delay } from "node:timers/promises";
import type { Bench, Contest, Round } from "../frame.ts";
import type { SeatOrder } from "../seats/seat.ts";
import { talk } from "../seats/talk.ts";
import type { Child } from "../studio/child.ts";
import { foundGuilds, guildNames, tokensOf } from "../studio/found-guilds.ts";
import { settledMemory } from "../studio/memory.ts";
import { askRedis } from "../studio/redis-facts.ts";
import { onStage, openStage, type Stage } from "../studio/stage.ts";

/** `calmMs`: who is online has been shown to all by then, and what joining left behind has ended. */
export type MemorySize = { rooms: number; members: number; calmMs: number };

const FULL: MemorySize = { rooms: 100, members: 50, calmMs: 2_500 };
const QUICK: MemorySize = { rooms: 6, members: 50, calmMs: 400 };
/** Rooms that are full before the first figure is taken, so that what a process needs once is not counted. */
const WARM_ROOMS = 2;
const PATCH_RATE_MS = 1_000;
const KIB = 1024;
/** Every round has a load of its own that says the same again: quick rounds follow each other so soon that it would be refused. */
const NO_PACE = { GREMIO_GUILD_PACE: "off" };

export const memory: Bench = {
  name: "memory",
  about: "resident memory of a connection to a guild room, against a plain Colyseus room with the same state",
  figure: "residentKiB",
  also: { heapRatio: { figure: "heapKiB", as: "ratio" } },
  setUp: ({ quick }) => setUpMemory(quick ? QUICK : FULL),
};

/** Redis and the guilds stay; every round has a server of its own, since memory that was used once is seldom given back. */
export const setUpMemory = (size: MemorySize): Promise<Contest> =>
  onStage(async (stage) => {
    const redis = await stage.redis();
    const founder = await stage.chat(redis);
    const founded = guildNames("full", size.rooms + WARM_ROOMS, size.members);
    await foundGuilds(founder.port, founded);
    await founder.stop();
    const facts = await askRedis(redis.url);
    stage.onClose(facts.close);
    const seats = (await tokensOf(founded)).map((row) => row.map((token) => ({ token })));
    const plainSeats = founded.map(({ guild, players }) =>
      players.map((_, index) => ({ room: guild, player: `member-${index + 1}`, members: size.members })),
    );
    return {
      note: `${size.rooms} rooms × ${size.members} members, each connected once; memory after garbage collection, per connection`,
      ours: () =>
        oneRound(
          (own) => own.chat(redis, NO_PACE),
          seats,
          size.calmMs,
          async () => (await facts.facts()).usedBytes,
        ),
      baseline: () => oneRound((own) => own.plain(PATCH_RATE_MS, true), plainSeats, size.calmMs),
      close: stage.close,
    };
  });

const oneRound = async (
  startServer: (stage: Stage) => Promise<Child>,
  rooms: SeatOrder[][],
  calmMs: number,
  redisBytes: () => Promise<number> = async () => 0,
): Promise<Round> => {
  const own = openStage();
  try {
    const server = await startServer(own);
    const load = await own.start("seats/load.ts");
    const sit = async (some: SeatOrder[][]) => {
      await load.ask({ do: "sit", port: server.port, rooms: some });
      await delay(calmMs);
      return { ...(await settledMemory(server)), redis: await redisBytes() };
    };
    const counted = rooms.slice(WARM_ROOMS);
    const before = await sit(rooms.slice(0, WARM_ROOMS));
    const after = await sit(counted);
    // Everyone counted is live: each room hears a message.
    await talk(load, { ms: 1_000, perSecond: rooms.length, leavesPerSecond: 0 });
    const connections = counted.flat().length;
    const each = (name: keyof typeof after): number => (after[name] - before[name]) / connections / KIB;
    return {
      ...{ residentKiB: each("resident"), heapKiB: each("heap"), outsideKiB: each("outside"), redisKiB: each("redis") },
      emptyMiB: before.resident / KIB / KIB,
      connections,
    };
  } finally {
    await own.close();
  }
};
