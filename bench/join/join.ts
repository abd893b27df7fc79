import type { Bench, Contest, Round } from "../frame.ts";
import { percentile } from "../percentile.ts";
import type { Order } from "../seats/talk.ts";
import type { Child } from "../studio/child.ts";
import { cpuMsOf } from "../studio/cpu.ts";
import { foundGuilds, guildNames, tokensOf } from "../studio/found-guilds.ts";
import { onStage, type Stage } from "../studio/stage.ts";
import { copyGuilds } from "./copy-guilds.ts";
import { joinedSchema, type ProbeOrder } from "./probe.ts";

/** `listed` guilds in Redis, of which `open` have a room in the process that is joined. */
export type Listing = { listed: number; open: number };
/** `joins` of a round into rooms that are open, and `openings` into rooms that joining opens. */
export type JoinSize = { many: Listing; few: Listing; joins: number; openings: number };

const FEW: Listing = { listed: 200, open: 100 };
const FULL: JoinSize = { many: { listed: 50_000, open: 5_000 }, few: FEW, joins: 200, openings: 60 };
const QUICK: JoinSize = { many: { listed: 3_000, open: 300 }, few: FEW, joins: 60, openings: 15 };

export const join: Bench = {
  name: "join",
  about:
    "milliseconds from asking to join until the seat is live, with tens of thousands of guilds and thousands of open rooms, against a hundred",
  figure: "joinMs",
  also: {
    p99Ratio: { figure: "joinP99Ms", as: "ratio" },
    openingRatio: { figure: "openingMs", as: "ratio" },
    serverCpuRatio: { figure: "serverCpuMs", as: "ratio" },
  },
  setUp: ({ quick }) => setUpJoin(quick ? QUICK : FULL),
};

/** Both sides are ours, each with its own Redis. */
export const setUpJoin = ({ many, few, joins, openings }: JoinSize): Promise<Contest> =>
  onStage(async (stage) => {
    const ours = await openListing(stage, many, openings);
    const baseline = await openListing(stage, few, openings);
    return {
      note: `ours with ${many.listed} guilds in Redis and ${many.open} rooms open, baseline with ${few.listed} and ${few.open}; ${joins} joins into open rooms and ${openings} that open one, one after the other`,
      ours: () => oneRound(ours, joins),
      baseline: () => oneRound(baseline, joins),
      close: stage.close,
    };
  });

type Side = { server: Child; probe: Child; listed: number; open: string[]; closed: string[] };

const openListing = async (stage: Stage, { listed, open }: Listing, openings: number): Promise<Side> => {
  const redis = await stage.redis();
  const server = await stage.chat(redis);
  const founded = guildNames("listed", open + openings, 1);
  await foundGuilds(server.port, founded);
  const copies = Array.from({ length: Math.max(0, listed - founded.length) }, (_, index) => `copy-${index}`);
  const guilds = await copyGuilds(redis.url, founded.at(-1)?.guild ?? "", copies);
  if (guilds !== listed) throw new Error(`${guilds} guilds are listed instead of ${listed}`);
  const tokens = (await tokensOf(founded)).flat();
  const holder = await stage.start("seats/load.ts");
  const rooms = tokens.slice(0, open).map((token) => [{ token }]);
  await holder.ask({ do: "sit", port: server.port, rooms } satisfies Order);
  const probe = await stage.start("join/probe.ts");
  return { server, probe, listed, open: tokens.slice(0, open), closed: tokens.slice(open) };
};

const oneRound = async ({ server, probe, listed, open, closed }: Side, joins: number): Promise<Round> => {
  const joined = async (tokens: string[]) =>
    joinedSchema.parse(await probe.ask({ port: server.port, tokens } satisfies ProbeOrder));
  // Evenly over all that are open, some more than once where there are fewer.
  const step = Math.max(1, Math.floor(open.length / joins));
  const chosen = Array.from({ length: joins }, (_, index) => open[(index * step) % open.length] ?? "");
  const before = cpuMsOf(server.pid);
  const into = await joined(chosen);
  const serverCpuMs = cpuMsOf(server.pid) - before;
  const opening = await joined(closed);
  return {
    joinMs: percentile(into.ms, 0.5),
    joinP99Ms: percentile(into.ms, 0.99),
    openingMs: percentile(opening.ms, 0.5),
    serverCpuMs: serverCpuMs / joins,
    joins: into.ms.length,
    openings: opening.ms.length,
    listed,
    open: open.length,
    probeCpu: into.cpuMs / into.tookMs,
  };
};
