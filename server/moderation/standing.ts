import { z } from "zod";
import { GremioError } from "../../shared/errors.ts";
import type { PlayerId } from "../../shared/id.ts";
import { bucketOf, type Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asTextOrNull } from "../redis/reply.ts";

/** `until` left out: for ever; a time that is past: over. Epoch ms. */
export type Sanction = { until?: number | undefined; reason: string; at: number };
/** What a player may not in the whole game. `linked`: he goes on as this account, and may nothing any more. `minor`: he is one, who may less. `kicks`: how often he was put out. */
export type Standing = { banned?: Sanction; muted?: Sanction; linked?: PlayerId; minor?: true; kicks?: number };
/** Why a connection ends. */
export type Expulsion = "banned" | "linked" | "kicked";

/**
 * What players may not in the whole game, as this process knows it: not older than 5 s, and of players who are connected here changed within the second in which they
 * are told. Being told may be lost; so the count of changes in a bucket is compared every 4 s, and who is connected here is read again where it has moved.
 */
export type Standings = {
  /** Throws `banned` or `player-linked`. Who is connected here costs no reading. */
  admit(player: PlayerId): Promise<void>;
  /** What his writing is to be refused with. */
  mute(player: PlayerId): Promise<GremioError | undefined>;
  /** Whether his game says that he is a minor. Who is connected here costs no waiting. */
  isMinor(player: PlayerId): boolean | Promise<boolean>;
  /** The player is connected here: `expelled` is called when he may be no longer, or was put out since. The returned function ends it. */
  hold(player: PlayerId, expelled: (why: Expulsion) => void): () => void;
  /** The player's standing has changed. */
  changed(player: PlayerId): void;
  /** Compares counts, as it does by itself. */
  check(): Promise<void>;
  close(): void;
};

const CHECK_MS = 4_000;
const FRESH_MS = 5_000;

const sanctionSchema = z
  .object({ until: z.number(), reason: z.string(), at: z.number() })
  .transform(({ until, ...rest }): Sanction => (until === 0 ? rest : { ...rest, until }));

/** See player_put_out in sanctions.lua. */
const kickedSchema = z.object({ count: z.int() });

/** A player's standing as it is stored. What cannot be read sanctions nobody. */
export const readStanding = async (redis: Redis, keys: Keys, player: PlayerId): Promise<Standing> => {
  const key = keys.of(`player:${player}`, "standing");
  const cells = asList(await redis.run(key, ["HMGET", key, "banned", "muted", "linked", "minor", "kicked"])).map(
    asTextOrNull,
  );
  const [banned, muted] = cells
    .slice(0, 2)
    .map((stored) => (stored === null ? undefined : sanctionSchema.safeParse(parsedJson(stored)).data));
  const linked = cells[2] ?? undefined;
  // See player_minor in rules.lua.
  const isMinor = cells[3]?.startsWith("1") ?? false;
  const kicks = kickedSchema.safeParse(parsedJson(cells[4] ?? "")).data?.count;
  if (banned === undefined && muted === undefined && linked === undefined && !isMinor && kicks === undefined)
    return GOOD;
  return {
    ...(linked === undefined ? {} : { linked }),
    ...(banned === undefined ? {} : { banned }),
    ...(muted === undefined ? {} : { muted }),
    ...(isMinor ? { minor: true } : {}),
    ...(kicks === undefined ? {} : { kicks }),
  };
};

/** Whether a player is banned from the game now, as Redis has it. */
export const isBanned = async (redis: Redis, keys: Keys, player: PlayerId, nowMs = Date.now()): Promise<boolean> => {
  const { banned } = await readStanding(redis, keys, player);
  return banned !== undefined && (banned.until === undefined || banned.until > nowMs);
};

/** What a guest who goes on as an account is refused with. */
export const linkedTo = (account: PlayerId): GremioError =>
  new GremioError("player-linked", { details: [`player: ${account}`] });

/** Of nearly all. */
const GOOD: Standing = Object.freeze({});

type Known = { standing: Standing; at: number };
/** A connection; `kicks`: how often he had been put out when it began, once that is known. */
type Listener = { expelled: (why: Expulsion) => void; kicks: number | undefined };
type Held = { listeners: Listener[]; standing: Standing | undefined; asked: number };
type Bucket = { held: Set<PlayerId>; count: string | undefined };

export const makeStandings = (
  redis: Redis,
  keys: Keys,
  {
    onError,
    checkMs = CHECK_MS,
    now = Date.now,
  }: { onError: (error: unknown) => void; checkMs?: number; now?: () => number },
): Standings => {
  const read = (player: PlayerId): Promise<Standing> => readStanding(redis, keys, player);
  /** Players who are not connected here, while what is known of them is fresh. */
  const lately = new Map<PlayerId, Known>();
  const held = new Map<PlayerId, Held>();
  const buckets = new Map<number, Bucket>();
  const inForce = (sanction: Sanction | undefined): Sanction | undefined =>
    sanction !== undefined && (sanction.until === undefined || sanction.until > now()) ? sanction : undefined;
  const refusal = (code: "banned" | "muted", sanction: Sanction | undefined): GremioError | undefined => {
    const holds = inForce(sanction);
    return holds && new GremioError(code, { retryAtMs: holds.until });
  };

  const holdsOff = ({ banned, linked }: Standing): GremioError | undefined =>
    linked === undefined ? refusal("banned", banned) : linkedTo(linked);

  const refresh = async (player: PlayerId): Promise<void> => {
    const one = held.get(player);
    if (one === undefined) return;
    one.asked += 1;
    const { asked } = one;
    const standing = await read(player);
    // An answer that was overtaken by a later question may be older than what is known.
    if (one.asked !== asked) return;
    one.standing = standing;
    const why = standing.linked !== undefined ? "linked" : inForce(standing.banned) && "banned";
    const { kicks = 0 } = standing;
    for (const listener of [...one.listeners]) {
      const isKicked = listener.kicks !== undefined && listener.kicks !== kicks;
      listener.kicks = kicks;
      if (why !== undefined || isKicked) listener.expelled(why ?? "kicked");
    }
  };

  const of = async (player: PlayerId): Promise<Standing> => {
    const connected = held.get(player)?.standing;
    if (connected !== undefined) return connected;
    const known = lately.get(player);
    if (known !== undefined && known.at > now() - FRESH_MS) return known.standing;
    const at = now();
    const standing = await read(player);
    lately.set(player, { standing, at });
    return standing;
  };

  const check = async (): Promise<void> => {
    const stale = now() - FRESH_MS;
    for (const [player, { at }] of lately) if (at <= stale) lately.delete(player);
    await Promise.all(
      [...buckets].map(async ([number, bucket]) => {
        const key = keys.inBucket(number, "standings");
        const count = asTextOrNull(await redis.run(key, ["GET", key])) ?? "0";
        if (count === bucket.count) return;
        bucket.count = undefined;
        await Promise.all([...bucket.held].map(refresh));
        bucket.count = count;
      }),
    );
  };
  const checkNow = (): void => {
    check().catch(onError);
  };
  const timer = setInterval(checkNow, checkMs);
  const offRestored = redis.onRestored(checkNow);

  return {
    admit: async (player) => {
      if (holdsOff(await of(player)) === undefined) return;
      // A ban that was lifted holds nobody off.
      lately.delete(player);
      const refused = holdsOff(await of(player));
      if (refused !== undefined) throw refused;
    },

    mute: async (player) => refusal("muted", (await of(player)).muted),

    isMinor: (player) => {
      const connected = held.get(player)?.standing;
      return connected === undefined ? of(player).then(({ minor }) => minor === true) : connected.minor === true;
    },

    hold: (player, expelled) => {
      const one: Held = held.get(player) ?? { listeners: [], standing: undefined, asked: 0 };
      held.set(player, one);
      const listener: Listener = { expelled, kicks: undefined };
      one.listeners.push(listener);
      const number = bucketOf(`player:${player}`);
      const bucket = buckets.get(number) ?? { held: new Set(), count: undefined };
      buckets.set(number, bucket);
      bucket.held.add(player);
      // What was known before he came may be 5 s old, and nobody would look again.
      lately.delete(player);
      refresh(player).catch((error: unknown) => {
        // What this connection began with is not known, so it is asked for again.
        bucket.count = undefined;
        onError(error);
      });
      return () => {
        one.listeners = one.listeners.filter((other) => other !== listener);
        if (one.listeners.length > 0 || held.get(player) !== one) return;
        held.delete(player);
        bucket.held.delete(player);
        if (bucket.held.size === 0 && buckets.get(number) === bucket) buckets.delete(number);
      };
    },

    changed: (player) => {
      lately.delete(player);
      refresh(player).catch(onError);
    },

    check,

    close: () => {
      clearInterval(timer);
      offRestored();
    },
  };
};
