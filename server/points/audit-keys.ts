import type { Ask } from "../redis/ask.ts";
import { asText } from "../redis/reply.ts";
import { compare, Differs } from "./difference.ts";
import { madeAt } from "./entry-id.ts";
import type { BookEntry } from "./row.ts";

/** So long a key is known at least, see points.lua. */
const KNOWN_MS = 90 * 86_400_000;
/** So long before an entry's key may be forgotten the audit no longer asks for it. */
const SLACK_MS = 3_600_000;
const AT_ONCE = 500;
/** Keys of entries too far away to matter are dropped when there are so many more. */
const PRUNE_AT = 100_000;

/** What a book keeps of a key: which request it was, and what came of it. */
export type KeyRow = { print: string; balance: string; entry: string };

const rowOf = (text: string): KeyRow | undefined => {
  const [, print = "", balance = "", entry = ""] = /^(\w+):(\d+):(\d+-\d+):-?\d+$/.exec(text) ?? [];
  return text === "" ? undefined : { print, balance, entry };
};

/** What a book knows of some of its keys; undefined for those it does not know. */
export const readKeys = async (
  ask: Ask,
  owner: string,
  keys: readonly string[],
): Promise<readonly (KeyRow | undefined)[]> => {
  const rows: (KeyRow | undefined)[] = [];
  for (let from = 0; from < keys.length; from += AT_ONCE) {
    const [found] = await ask("points_keys", owner, keys.slice(from, from + AT_ONCE));
    if (Array.isArray(found)) rows.push(...found.map(asText).map(rowOf));
  }
  return rows;
};

/**
 * Proves that no key was used twice in a book while it was known, and that each key that must be known names its entry. `oldestMs`: of the oldest entry in Redis, which
 * are seen last, after the segments from the newest back.
 */
export const makeAuditKeys = (ask: Ask, owner: string, nowMs: number, oldestMs: number) => {
  const seen = new Map<string, string>();
  let pruneAt = PRUNE_AT;

  const prune = (atMs: number): void => {
    if (seen.size < pruneAt) return;
    for (const [key, entry] of seen) {
      const made = madeAt(entry);
      if (made > atMs + KNOWN_MS && made < oldestMs - KNOWN_MS) seen.delete(key);
    }
    pruneAt = seen.size + PRUNE_AT;
  };

  return async (entries: readonly BookEntry[]): Promise<void> => {
    for (const { key, entry, at } of entries) {
      const other = seen.get(key);
      if (other !== undefined && Math.abs(madeAt(other) - at) < KNOWN_MS) {
        const [first, again] = madeAt(other) < at ? [other, entry] : [entry, other];
        throw new Differs({ entry: again, what: `key ${key}`, expected: "used once", found: `used by ${first}` });
      }
      seen.set(key, entry);
    }
    prune(entries[0]?.at ?? 0);
    const known = entries.filter(({ at }) => at > nowMs - KNOWN_MS + SLACK_MS);
    const rows = await readKeys(
      ask,
      owner,
      known.map(({ key }) => key),
    );
    known.forEach(({ key, entry, balance }, index) => {
      const row = rows[index];
      const found = row === undefined ? "nothing" : `${row.entry} ${row.balance}`;
      compare(entry, `what is kept of key ${key}`, `${entry} ${balance}`, found);
    });
  };
};
