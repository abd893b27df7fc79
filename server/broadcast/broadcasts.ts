import {
  type Broadcast,
  type BroadcastId,
  type BroadcastSpec,
  type BroadcastState,
  broadcastSpecSchema,
  MOST_BROADCASTS,
} from "../../shared/api/broadcast.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asNumber, asPairs, asText, asTextOrNull, asTexts } from "../redis/reply.ts";

/** When a broadcast begins and ends, in epoch ms: `startsAt` left out is at once; it ends with its life, or at `expiresAt` if that is earlier. */
export type Times = { startsAt?: number | undefined; lifeMs: number; expiresAt?: number | undefined };

/** One that is to be carried on from a cursor. */
export type OpenBroadcast = { spec: BroadcastSpec; cursor: string; startsAt: number; expiresAt: number };

/** What the studio tells many players. All of it lies in Redis: whoever carries a broadcast on may die at any moment, and any other goes on. */
export type Broadcasts = {
  /** Has it told from its start on. False: it was there already, the same. Throws `key-reused`, `broadcasts-full`. */
  create(id: BroadcastId, spec: BroadcastSpec, times: Times): Promise<boolean>;
  /** Undefined: there is none. */
  find(id: BroadcastId): Promise<Broadcast | undefined>;
  /** Newest first, from before one on. */
  page(page: { limit: number; before?: BroadcastId | undefined }): Promise<Broadcast[]>;
  /** Nobody is told any more. Throws `broadcast-not-found`. */
  cancel(id: BroadcastId): Promise<void>;
  /** Undefined: it is over, or was cancelled. */
  next(id: BroadcastId): Promise<OpenBroadcast | undefined>;
  /** Players were looked at; `to` undefined: those were the last. Where somebody else was faster, or it is over, nothing is noted. */
  step(
    id: BroadcastId,
    from: string,
    to: string | undefined,
    decided: readonly { outcome: string; reason: string }[],
  ): Promise<void>;
  /** What is told does not change, so it is read once. Undefined: there is none. */
  spec(id: BroadcastId): Promise<BroadcastSpec | undefined>;
  /** Whether it was not cancelled, now. */
  holds(id: BroadcastId): Promise<boolean>;
  /** One more player was told. */
  pushed(id: BroadcastId): Promise<void>;
};

const OWNER = "studio";
/** Broadcasts whose words a process keeps. */
const KEPT = 50;

export const makeBroadcasts = (redis: Redis, keys: Keys): Broadcasts => {
  const ask = makeAsk(redis, keys);
  const rowOf = (id: BroadcastId): string => keys.of(OWNER, `broadcast:${id}`);
  const specs = new Map<BroadcastId, BroadcastSpec>();

  const read = async (ids: readonly BroadcastId[]): Promise<Broadcast[]> => {
    if (ids.length === 0) return [];
    const [now, ...rows] = await ask("broadcast_read", OWNER, ids);
    return rows.flatMap((row, index) => broadcastIn(ids[index] ?? "", asPairs(row), asNumber(now)) ?? []);
  };

  const spec: Broadcasts["spec"] = async (id) => {
    const known = specs.get(id);
    if (known !== undefined) return known;
    const key = rowOf(id);
    const found = specIn(asTextOrNull(await redis.run(key, ["HGET", key, "spec"])) ?? "");
    if (found === undefined) return undefined;
    const oldest = specs.keys().next().value;
    if (specs.size >= KEPT && oldest !== undefined) specs.delete(oldest);
    specs.set(id, found);
    return found;
  };

  return {
    create: async (id, made, { startsAt, lifeMs, expiresAt }) => {
      const times = [startsAt === undefined ? "" : String(startsAt), String(lifeMs), String(expiresAt ?? "")];
      const args = [id, JSON.stringify(made), ...times, String(MOST_BROADCASTS)];
      const [isNew] = await ask("broadcast_create", OWNER, args);
      return asNumber(isNew) === 1;
    },

    find: async (id) => (await read([id]))[0],

    page: async ({ limit, before = "" }) => read(asTexts(await ask("broadcast_page", OWNER, [before, String(limit)]))),

    cancel: async (id) => {
      await ask("broadcast_cancel", OWNER, [id]);
    },

    next: async (id) => {
      const [isOpen, cursor, json, starts, ends] = await ask("broadcast_next", OWNER, [id]);
      if (asNumber(isOpen) === 0) return undefined;
      const found = specIn(asText(json));
      if (found === undefined) throw new Error(`Nobody of this version can read broadcast ${id}`);
      return { spec: found, cursor: asText(cursor), startsAt: asNumber(starts), expiresAt: asNumber(ends) };
    },

    step: async (id, from, to, decided) => {
      const counts = new Map([["looked", decided.length]]);
      for (const { outcome, reason } of decided) {
        const field = `n:${outcome}:${reason}`;
        counts.set(field, (counts.get(field) ?? 0) + 1);
      }
      const args = [...counts].flatMap(([field, count]) => [field, String(count)]);
      await ask("broadcast_step", OWNER, [id, from, to ?? from, to === undefined ? "1" : "0", ...args]);
    },

    spec,

    holds: async (id) => {
      const key = rowOf(id);
      const state = asTextOrNull(await redis.run(key, ["HGET", key, "state"]));
      return state !== null && state !== "cancelled";
    },

    pushed: async (id) => {
      await ask("broadcast_pushed", OWNER, [id, "1"]);
    },
  };
};

const specIn = (json: string): BroadcastSpec | undefined => broadcastSpecSchema.safeParse(parsedJson(json)).data;

const broadcastIn = (id: BroadcastId, row: ReadonlyMap<string, string>, now: number): Broadcast | undefined => {
  const spec = specIn(row.get("spec") ?? "");
  if (spec === undefined) return undefined;
  const number = (field: string): number => Number(row.get(field) ?? 0);
  const { to, kind, texts, link, data, perMinute } = spec;
  const over = row.get("over");
  return {
    broadcast: id,
    state: stateOf(row.get("state") ?? "", number("starts"), number("ends"), now),
    to: "guilds" in to ? { guilds: to.guilds.length } : "players" in to ? { players: to.players.length } : to,
    ...{ kind, texts, perMinute, ...(link !== undefined && { link }), ...(data !== undefined && { data }) },
    ...{ createdAt: number("at"), startsAt: number("starts"), expiresAt: number("ends") },
    ...(over !== undefined && { endedAt: Number(over) }),
    looked: number("looked"),
    decided: Object.fromEntries(
      [...row].flatMap(([field, count]) => (field.startsWith("n:") ? [[field.slice(2), Number(count)]] : [])),
    ),
    pushed: number("pushed"),
  };
};

const stateOf = (stored: string, starts: number, ends: number, now: number): BroadcastState => {
  if (stored === "done" || stored === "expired" || stored === "cancelled") return stored;
  if (now >= ends) return "expired";
  return now < starts ? "waiting" : "running";
};
