import type { Ask } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { readKeys } from "./audit-keys.ts";
import { compare } from "./difference.ts";
import type { BookEntry } from "./row.ts";

/** Of both movements of a transfer the keys are known so long, even when a month lay between them. */
const PROVEN_MS = 60 * 86_400_000;

/**
 * For transfers whose debit is not an entry of its own, as shares of a gift: whether a book owes this to another. Undefined: it is a transfer like others, or nobody
 * can tell any more.
 */
export type Owes = (transfer: { from: string; id: string; to: string; amount: number }) => Promise<boolean | undefined>;

/** Proves of a book's transfers that each debit was credited or came back or is under way, and each credit and return was debited, with the same points. */
export const makeAuditTransfers = (
  { redis, keys, ask, owes }: { redis: Redis; keys: Keys; ask: Ask; owes: Owes },
  owner: string,
  nowMs: number,
) => {
  const known = async (book: string, key: string) => (await readKeys(ask, book, [key]))[0];

  const isUnderWay = async (id: string): Promise<boolean> => {
    const key = `${keys.prefixes(owner)[1]}transfers`;
    return (await redis.run(key, ["HEXISTS", key, `${owner} ${id}`])) === 1;
  };

  const debited = async ({ entry }: BookEntry, id: string, to: string): Promise<void> => {
    // First: one that ends meanwhile is found at its end.
    if (await isUnderWay(id)) return;
    const [out, into, back] = await Promise.all([
      known(owner, `~out:${id}`),
      known(to, `~in:${owner} ${id}`),
      known(owner, `~back:${id}`),
    ]);
    const what = `end of transfer ${id} to ${to}`;
    const found = [into && `a credit (${into.entry})`, back && `a return (${back.entry})`]
      .filter(Boolean)
      .join(" and ");
    if (into === undefined || back !== undefined)
      compare(
        entry,
        what,
        "a credit or a return",
        found === "" ? "nothing" : into && back ? found : "a credit or a return",
      );
    if (into !== undefined) compare(entry, `what transfer ${id} to ${to} moved`, out?.print ?? "", into.print);
  };

  /** `from` was debited, for a credit here or a return. */
  const ended = async ({ entry, amount }: BookEntry, from: string, id: string, to: string): Promise<void> => {
    const isOwed = await owes({ from, id, to, amount });
    const isThere = isOwed ?? (await known(from, `~out:${id}`)) !== undefined;
    compare(entry, `debit of transfer ${id} from ${from}`, "a debit", isThere ? "a debit" : "nothing");
  };

  return async (entries: readonly BookEntry[]): Promise<void> => {
    for (const one of entries) {
      const { key, at, counterpart } = one;
      if (counterpart === undefined || at < nowMs - PROVEN_MS) continue;
      const into = `~in:${counterpart} `;
      if (key.startsWith("~out:")) await debited(one, key.slice("~out:".length), counterpart);
      else if (key.startsWith("~back:")) await ended(one, owner, key.slice("~back:".length), counterpart);
      else if (key.startsWith(into)) await ended(one, counterpart, key.slice(into.length), owner);
    }
  };
};
