import { z } from "zod";
import { type Localised, localisedSchema } from "../../shared/card.ts";
import type { ItemId } from "../../shared/entry.ts";
import { LIMITS } from "../../shared/limits.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asPairs, asText } from "../redis/reply.ts";

/** The studio's phrases at a moment. Two with the same version are the same. */
export type PhraseList = {
  version: string;
  /** Those that may be said. */
  inUse: ReadonlyMap<ItemId, Localised>;
  /** These and the last 500 removed: what was said with them is still shown. */
  known: ReadonlyMap<ItemId, Localised>;
};

export type Phrases = {
  /** As they are in Redis now. */
  list(): Promise<PhraseList>;
  /** As they were at most 5 s ago; a change anywhere is usually known at once. */
  lately(): Promise<PhraseList>;
  /** Throws `phrases-full`. */
  put(id: ItemId, texts: Localised): Promise<void>;
  /** Throws `phrase-unknown`. */
  remove(id: ItemId): Promise<void>;
  close(): Promise<void>;
};

const OWNER = "studio";
const KEPT_MS = 5_000;
const NONE: PhraseList = { version: "", inUse: new Map(), known: new Map() };

const rowSchema = z.object({ texts: localisedSchema, removed: z.int().optional() });

/** Asked for again by its version, so that what has not changed does not travel; between asking nothing runs. */
export const makePhrases = async (redis: Redis, keys: Keys, now: () => number = Date.now): Promise<Phrases> => {
  const ask = makeAsk(redis, keys);
  let last = NONE;
  let askedAt = Number.NEGATIVE_INFINITY;
  let pokes = 0;
  const unsubscribe = await redis.subscribe(keys.of(OWNER, "feed"), () => {
    pokes += 1;
    askedAt = Number.NEGATIVE_INFINITY;
  });
  const list = async (): Promise<PhraseList> => {
    const [at, pokesBefore] = [now(), pokes];
    const [version, rows] = await ask("studio_phrases", OWNER, [last.version]);
    if (pokes === pokesBefore) askedAt = at;
    if (rows === undefined) return last;
    const read = [...asPairs(asList(rows))].map(([id, row]) => ({ id, ...rowSchema.parse(parseJson(row)) }));
    last = {
      version: asText(version),
      inUse: new Map(read.filter(({ removed }) => removed === undefined).map(({ id, texts }) => [id, texts])),
      known: new Map(read.map(({ id, texts }) => [id, texts])),
    };
    return last;
  };
  return {
    list,
    lately: async () => {
      const age = now() - askedAt;
      return age >= 0 && age < KEPT_MS ? last : list();
    },
    put: async (id, texts) => {
      await ask("studio_phrase_put", OWNER, [id, JSON.stringify(texts), String(LIMITS.studioPhrases)]);
    },
    remove: async (id) => {
      await ask("studio_phrase_remove", OWNER, [id]);
    },
    close: unsubscribe,
  };
};

const parseJson = (text: string): unknown => JSON.parse(text);
