import { randomUUID } from "node:crypto";
import { pino } from "pino";
import { makeLog } from "../server/channel/log.ts";
import { makeGuilds } from "../server/guild/guilds.ts";
import { makePlayers } from "../server/player/players.ts";
import type { Book } from "../server/points/book.ts";
import { makeLedger } from "../server/points/ledger.ts";
import { makeLineUp } from "../server/pvp/line-up.ts";
import { makeMatcher } from "../server/pvp/match-upkeep.ts";
import { makeModes } from "../server/pvp/modes.ts";
import { makeWarQueue } from "../server/pvp/queue.ts";
import { makeWarSeeking } from "../server/pvp/seeking.ts";
import { makeWars, type WarsOptions } from "../server/pvp/wars.ts";
import { BUCKETS, makeKeys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asList, asNumber, asTexts } from "../server/redis/reply.ts";
import { type PutWarMode, putWarModeSchema } from "../shared/api/war-mode.ts";
import { guildChannel } from "../shared/id.ts";
import { eventsOf } from "./a-reward-world.ts";
import { inAll } from "./api-world.ts";
import { aDeath, dyingRedis, type Fault } from "./dying-before.ts";

const silent = pino({ level: "silent" });
const HISTORY = { historyLength: 1_000 };
export const MINUTE_MS = 60_000;

/** An hour, soon, two attempts, the sum counts; the winners get 100 and each fighter of theirs 10, the losers 30 and 3. */
export const aMode = (more: Partial<PutWarMode> = {}): PutWarMode =>
  putWarModeSchema.parse({
    ...{ name: inAll("Duelo"), start: "soon", preparationMinutes: 10, lockMinutes: 5, minutes: 60 },
    ...{ battleMinutes: 5, graceMinutes: 5, answerHours: 1 },
    rewards: {
      win: { guild: { points: 100 }, members: { points: 10 } },
      draw: { guild: { points: 50 }, members: { points: 5 } },
      loss: { guild: { points: 30 }, members: { points: 3 } },
    },
    ...more,
  });

/** What one process does with wars. */
export const aWarProcess = (
  redis: Redis,
  namespace: string,
  { settleMs = 0, ...more }: { settleMs?: number } & Pick<WarsOptions, "onFought" | "onSoon"> = {},
) => {
  const keys = makeKeys(namespace);
  const modes = makeModes(redis, keys);
  const lineUp = makeLineUp(redis, keys, { zone: "America/Bogota" });
  const ledger = makeLedger(redis, keys);
  const wars = makeWars(
    { redis, keys, logger: silent, ledger, modes, lineUp },
    { ...HISTORY, settleMs: async () => settleMs, ...more },
  );
  const queue = makeWarQueue(redis, keys);
  const seeking = makeWarSeeking(redis, keys, { queue, modes, lineUp }, { waitMs: 30 * MINUTE_MS });
  const matcher = makeMatcher(redis, keys, { queue, modes, pair: wars.pair }, { ...HISTORY, log: silent, leaseMs: 1 });
  return {
    ...{ keys, modes, lineUp, ledger, wars, seeking, matcher },
    /** All that upkeep finds due now. */
    upkeep: async (): Promise<void> => {
      const due = await Promise.all(
        Array.from({ length: BUCKETS }, (_, bucket) =>
          redis.fcall("war_due", [keys.bucketPrefix(bucket)], ["0", "1000"]).then((reply) => asTexts(asList(reply))),
        ),
      );
      for (const item of due.flatMap(([, ...rows]) => rows.filter((_, index) => index % 2 === 0)))
        if (item.startsWith("war:")) await wars.advance(item.slice("war:".length), true);
        else await wars.settleHold(item.slice("hold:".length));
    },
  };
};

/** Guilds g0, g1 … with members `<guild>-p0` (its leader), `<guild>-p1` …, and a mode `duel`. */
export const aWarWorld = async (
  redis: Redis,
  { guilds: count = 2, members = 3, mode = aMode(), settleMs = 0 } = {},
) => {
  const namespace = `t-${randomUUID().slice(0, 12)}`;
  const world = aWarProcess(redis, namespace, { settleMs });
  const { keys, wars, ledger } = world;
  const players = makePlayers(redis, keys);
  const guilds = makeGuilds(redis, keys, players, HISTORY);
  const ids = Array.from({ length: count }, (_, index) => `g${index}`);
  const membersOf = (guild: string): string[] => Array.from({ length: members }, (_, index) => `${guild}-p${index}`);
  await Promise.all(
    ids.map(async (id) => {
      const [leader = "", ...others] = membersOf(id);
      for (const player of membersOf(id)) await players.putProfile(player, { name: player, power: 100 });
      await guilds.create({ id, name: `Guild ${id}`, tag: "TAG", leader });
      for (const player of others) await guilds.admit(id, player, "member");
    }),
  );
  await world.modes.put("duel", mode);

  const log = makeLog(redis, keys, HISTORY);
  const challenge = (nonce = "nonce-001", guild = "g0", opponent = "g1") =>
    wars.challenge({ guild, opponent, mode: "duel", nonce }, `${guild}-p0`);
  const balance = (book: Book) => ledger.balance(book);
  return {
    ...world,
    ...{ namespace, redis, players, guilds, ids, membersOf, challenge, balance },
    events: () => eventsOf(redis, keys),
    told: async (name: string) => (await eventsOf(redis, keys)).filter(({ event }) => event === name),
    /** A process of its own, whose `n`th step goes wrong; left out: it is killed before it. */
    dying: (n: number, fault?: Fault) => aWarProcess(dyingRedis(redis, aDeath(n, fault)), namespace),
    /** Templates of news, and cards, in a guild's channel. */
    newsOf: async (guild: string): Promise<string[]> => {
      const { entries } = await log.before(guildChannel(guild), undefined, undefined, 200);
      return entries.flatMap((entry) => {
        if (entry.kind === "card") return [entry.body.card];
        return entry.kind === "news" && typeof entry.body !== "string" ? [entry.body.template] : [];
      });
    },
    accepted: async (nonce?: string): Promise<string> => {
      const { war } = await challenge(nonce);
      await wars.answer(war, { accept: true }, "g1-p0");
      return war;
    },
    fight: async (war: string, player: string, score: number, nonce: string = randomUUID(), target?: string) => {
      const { token } = await wars.start(war, player, nonce);
      return wars.report(war, [{ battle: `b-${nonce}`, token, player, score, ...(target && { target }) }]);
    },
    nowMs: async (): Promise<number> => {
      const [seconds, micros] = asList(await redis.run("", ["TIME"]));
      return asNumber(seconds) * 1000 + Math.floor(asNumber(micros) / 1000);
    },
  };
};
export type WarWorld = Awaited<ReturnType<typeof aWarWorld>>;
