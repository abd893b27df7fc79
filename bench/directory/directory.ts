import { DEV_API_KEY } from "../../server/config/development-secrets.ts";
import type { Bench, Contest, Round } from "../frame.ts";
import { copyGuilds } from "../join/copy-guilds.ts";
import { percentile } from "../percentile.ts";
import type { Child } from "../studio/child.ts";
import { cpuMsOf } from "../studio/cpu.ts";
import { foundGuilds } from "../studio/found-guilds.ts";
import { onStage, type Stage } from "../studio/stage.ts";
import { type ListOrder, listedSchema } from "./list-guilds.ts";
import { type ProbeOrder, probedSchema } from "./probe.ts";

/** Guilds in the directory on both sides; searches of a round, and players of a round who ask for suggestions and join. */
export type DirectorySize = { many: number; few: number; searches: number; players: number };

const FULL: DirectorySize = { many: 100_000, few: 100, searches: 300, players: 60 };
const QUICK: DirectorySize = { many: 3_000, few: 100, searches: 100, players: 20 };

/** What is looked for; see SEARCHES. */
const KINDS = ["name", "tag", "place", "free", "topic", "joinMode", "active", "guildLevel", "circle", "rare"] as const;
type Kind = (typeof KINDS)[number];
const KIND_RATIOS = Object.fromEntries(
  KINDS.map((kind) => [`${kind}Ratio`, { figure: `${kind}Ms`, as: "ratio" as const }]),
);

export const directory: Bench = {
  name: "directory",
  about:
    "milliseconds of a search, of suggestions and of joining the best guild, with 100,000 guilds listed, against 100",
  figure: "searchMs",
  also: {
    suggestRatio: { figure: "suggestMs", as: "ratio" },
    quickJoinRatio: { figure: "quickJoinMs", as: "ratio" },
    serverCpuRatio: { figure: "serverCpuMs", as: "ratio" },
    redisCpuRatio: { figure: "redisCpuMs", as: "ratio" },
    ...KIND_RATIOS,
  },
  setUp: ({ quick }) => setUpDirectory(quick ? QUICK : FULL),
};

/** Both sides are ours, each with its own Redis. */
export const setUpDirectory = ({ many, few, searches, players }: DirectorySize): Promise<Contest> =>
  onStage(async (stage) => {
    const ours = await openSide(stage, many);
    const baseline = await openSide(stage, few);
    return {
      note: `ours with ${many} guilds in the directory, baseline with ${few}, and a tenth as many circles, at least 100; ${searches} searches of pages of 10, and ${players} newcomers who ask for suggestions and join the best guild, one after the other`,
      ours: () => oneRound(ours, searches, players),
      baseline: () => oneRound(baseline, searches, players),
      close: stage.close,
    };
  });

/** As many as there are guilds on the small side; on the other a tenth. */
const FEW_CIRCLES = 100;

type Side = { server: Child; redisPid: number; probe: Child; listed: number; rounds: number };

const openSide = async (stage: Stage, guilds: number): Promise<Side> => {
  const redis = await stage.redis();
  const server = await stage.chat(redis);
  await foundGuilds(server.port, [{ guild: "listed", players: ["leader"] }]);
  const copies = Array.from({ length: guilds - 1 }, (_, index) => `copy-${index}`);
  await copyGuilds(redis.url, "listed", copies);
  const lister = await stage.start("directory/list-guilds.ts");
  const order: ListOrder = {
    url: redis.url,
    guilds: ["listed", ...copies],
    circles: Math.max(FEW_CIRCLES, guilds / 10),
  };
  const { listed } = listedSchema.parse(await lister.ask(order));
  if (listed !== guilds) throw new Error(`${listed} guilds are listed instead of ${guilds}`);
  await lister.stop();
  const probe = await stage.start("directory/probe.ts");
  return { server, redisPid: redis.pid, probe, listed, rounds: 0 };
};

/** Each but the rare ones, which few or none fit, finds a page on both sides. */
const SEARCHES: Readonly<Record<Kind, readonly string[]>> = {
  name: ["name=lob", "name=tigres", "name=norte&language=es-419"],
  tag: ["tag=T1"],
  place: ["language=pt-BR&region=BR", "language=es-419&region=AR&level=60"],
  free: ["language=es-419&free=1", "region=MX&free=5", "free=60"],
  topic: ["topic=pvp", "topic=trade&language=es-419"],
  joinMode: ["joinMode=open&level=3"],
  active: ["active=50"],
  guildLevel: ["guildLevel=15"],
  circle: ["kind=circle&topic=pvp"],
  rare: ["language=en&active=80&guildLevel=18", "topic=lore&language=pt-BR&active=60&free=50"],
};

/** All kinds in turn. */
const searchesOf = (count: number): { kind: string; query: string }[] => {
  return Array.from({ length: count }, (_, index) => {
    const kind = KINDS[index % KINDS.length] ?? "name";
    const queries = SEARCHES[kind];
    return { kind, query: `${queries[Math.floor(index / KINDS.length) % queries.length]}&limit=10` };
  });
};

const oneRound = async (side: Side, searches: number, players: number): Promise<Round> => {
  const { server, redisPid, probe, listed } = side;
  side.rounds += 1;
  const order: ProbeOrder = {
    ...{ port: server.port, apiKey: DEV_API_KEY },
    searches: searchesOf(searches),
    players: Array.from({ length: players }, (_, index) => `p-${side.rounds}-${index}`),
  };
  const before = [cpuMsOf(server.pid), cpuMsOf(redisPid)];
  const told = probedSchema.parse(await probe.ask(order));
  const after = [cpuMsOf(server.pid), cpuMsOf(redisPid)];
  const [serverMs = Number.NaN, redisMs = Number.NaN] = after.map((ms, index) => ms - (before[index] ?? Number.NaN));
  const asked = searches + 2 * players;
  return {
    searchMs: percentile(told.searchMs, 0.5),
    searchP99Ms: percentile(told.searchMs, 0.99),
    ...Object.fromEntries(KINDS.map((kind) => [`${kind}Ms`, percentile(told.kindMs[kind] ?? [], 0.5)])),
    suggestMs: percentile(told.suggestMs, 0.5),
    quickJoinMs: percentile(told.joinMs, 0.5),
    serverCpuMs: serverMs / asked,
    redisCpuMs: redisMs / asked,
    found: told.found / searches,
    suggested: told.suggested / players,
    joined: told.joined,
    listed,
  };
};
