import { DEV_API_KEY } from "../../server/config/development-secrets.ts";
import type { Bench, Contest, Round } from "../frame.ts";
import { foundGuilds, guildNames, tokensOf } from "../studio/found-guilds.ts";
import { inParallel } from "../studio/in-parallel.ts";
import { withShares } from "../studio/shares.ts";
import { onStage } from "../studio/stage.ts";
import { type Call, calmedSchema, type Order, stormedSchema } from "./orders.ts";
import { ATTEMPTS, makeWarBackend } from "./war-backend.ts";

/** Of each guild `members` watch and `fighters` fight. A round tells `told` battles as fast as it can, as many again in batches, then `calm` ones at a steady rate. */
export type WarSize = { members: number; fighters: number; told: number; calm: number };

const FULL: WarSize = { members: 500, fighters: 100, told: 1_000, calm: 80 };
const QUICK: WarSize = { members: 100, fighters: 50, told: 300, calm: 40 };
const UNDER_WAY = 32;
/** Battles of a request that tells several. */
const BATCH = 25;
const CALM_PER_SECOND = 20;
/** Rounds at most, with the one that warms up. */
const ROUNDS = 6;

export const war: Bench = {
  name: "war",
  about:
    "results of battles per second while the members of both guilds watch, and how old what they see is, against a bare endpoint of one HINCRBY",
  figure: "reportsPerSecond",
  setUp: ({ quick }) => setUpWar(quick ? QUICK : FULL),
};

/** Everybody is seated on both sides' rounds; on the baseline's nothing happens in their rooms. */
export const setUpWar = (size: WarSize): Promise<Contest> =>
  onStage(async (stage) => {
    const { members, fighters, told, calm } = size;
    if (ROUNDS * (2 * told + calm) > 2 * fighters * ATTEMPTS) throw new Error("the fighters have too few attempts");
    const redis = await stage.redis();
    const chat = await stage.chat(redis, { GREMIO_GUILD_CAPACITY: String(members) });
    const founded = guildNames("war", 2, members);
    await foundGuilds(chat.port, founded);
    const [{ guild: one = "" } = {}, { guild: other = "" } = {}] = founded;
    const load = await stage.start("war/load.ts");
    const tokens = (await tokensOf(founded)).flat();
    await load.ask({ do: "watch", port: chat.port, tokens } satisfies Order);
    const backend = makeWarBackend(chat.port);
    const id = await backend.launch([one, other], fighters);
    await load.ask({ do: "ready" } satisfies Order);
    const bare = await stage.start("war/bare-scores.ts", [redis.url]);

    const people = await backend.fighters(id);
    let begun = 0;
    /** Requests that tell results of battles that are begun before, so many each. */
    const calls = async (battles: number, each: number): Promise<Call[]> => {
      const results: unknown[] = [];
      const places = Array.from({ length: battles }, () => begun++);
      await inParallel(places, UNDER_WAY, async (place) => {
        results.push(await backend.begin(id, people[place % people.length] ?? ""));
      });
      return Array.from({ length: Math.ceil(battles / each) }, (_, index) => {
        const some = results.slice(index * each, (index + 1) * each);
        return { method: "POST", path: `/v1/wars/${id}/results`, body: { battles: some }, battles: some.length };
      });
    };
    const bareCalls = (): Call[] =>
      Array.from({ length: told }, (_, index) => ({
        ...{ method: "POST", path: "/battles", battles: 1 },
        body: {
          battle: `battle-${index}`,
          token: "t".repeat(22),
          player: people[index % people.length],
          side: index % 2,
          score: 1 + (index % 100),
        },
      }));

    const storm = async (port: number, asked: Call[], watched: Readonly<Record<string, number>>) => {
      const order: Order = {
        do: "storm",
        port,
        apiKey: DEV_API_KEY,
        calls: asked,
        underWay: UNDER_WAY,
        watched: port === chat.port,
      };
      const { outcome, shares } = await withShares(watched, async () => stormedSchema.parse(await load.ask(order)));
      return { ...outcome, shares, perSecond: (told * 1000) / outcome.tookMs };
    };

    const ours = async (): Promise<Round> => {
      const [single, batches, steady] = [await calls(told, 1), await calls(told, BATCH), await calls(calm, 1)];
      const one = await storm(chat.port, single, { serverCpu: chat.pid, redisCpu: redis.pid });
      const many = await storm(chat.port, batches, {});
      const order: Order = {
        do: "calm",
        port: chat.port,
        apiKey: DEV_API_KEY,
        calls: steady,
        perSecond: CALM_PER_SECOND,
      };
      const { outcome, shares } = await withShares({ calmServerCpu: chat.pid }, async () =>
        calmedSchema.parse(await load.ask(order)),
      );
      return {
        reportsPerSecond: one.perSecond,
        answerP50Ms: one.answersMs.p50,
        answerP99Ms: one.answersMs.p99,
        ...one.shares,
        loadCpu: one.cpuMs / one.tookMs,
        settledMs: one.settledMs,
        batchedPerSecond: many.perSecond,
        freshP50Ms: outcome.freshMs.p50,
        freshP99Ms: outcome.freshMs.p99,
        freshMostMs: outcome.freshMs.most,
        ...shares,
      };
    };
    const baseline = async (): Promise<Round> => {
      const told = await storm(bare.port, bareCalls(), { serverCpu: bare.pid, redisCpu: redis.pid });
      return {
        reportsPerSecond: told.perSecond,
        answerP50Ms: told.answersMs.p50,
        answerP99Ms: told.answersMs.p99,
        ...told.shares,
        loadCpu: told.cpuMs / told.tookMs,
      };
    };
    return {
      note: `${members} members of each of two guilds watch, ${fighters} of each fight; ${told} results a round, ${UNDER_WAY} requests under way, as many again by ${BATCH}, then ${calm} at ${CALM_PER_SECOND} a second`,
      units:
        "CPU as share of one core; fresh: from telling a result until a watcher is shown it, of every result at every watcher",
      ...{ ours, baseline, close: stage.close },
    };
  });
