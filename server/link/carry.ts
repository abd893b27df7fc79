import type { PlayerId } from "../../shared/id.ts";
import { dayOf, daysAfter, weekOf } from "../points/earning/calendar.ts";
import { COUNTERS_KEPT_MS, type Counters, countersSchema, joined } from "../points/earning/counters.ts";
import type { Ask } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asPairs, asText, asTextOrNull } from "../redis/reply.ts";

/** Takes over what is a guest's own, besides membership, points and devices; each part once, however often it is asked for. */
export const makeCarry = (
  redis: Redis,
  keys: Keys,
  ask: Ask,
): ((guest: PlayerId, account: PlayerId) => Promise<void>) => {
  const owner = (player: PlayerId): string => `player:${player}`;

  const counters = (text: string | null): Counters | undefined =>
    text === null ? undefined : countersSchema.parse(parsedJson(text));

  const tiesOf = async (guest: PlayerId): Promise<string[]> => {
    const today = dayOf(Date.now(), "UTC");
    // Whatever the zone of the rules.
    const weeks = new Set([-1, 0, 1].map((days) => weekOf(daysAfter(today, days))));
    const found: string[] = [];
    for (const week of weeks) {
      const key = keys.of(owner(guest), `ties:${week}`);
      for (const [field, value] of asPairs(await redis.run(key, ["HGETALL", key]))) found.push(week, field, value);
    }
    return found;
  };

  const carryEarned = async (guest: PlayerId, account: PlayerId): Promise<void> => {
    const read = async (player: PlayerId) => {
      const key = keys.of(owner(player), "earning");
      return counters(asTextOrNull(await redis.run(key, ["GET", key])));
    };
    const [his, ties] = [await read(guest), await tiesOf(guest)];
    if (his === undefined && ties.length === 0) return;
    for (let own = await read(account); ; ) {
      const all = his === undefined ? undefined : joined(own, his);
      const [code, stored] = await ask("link_earned", owner(account), [
        ...[guest, account, String(own?.v ?? 0), all === undefined ? "" : JSON.stringify(all)],
        ...[all === undefined || Object.keys(all.e).length > 0 ? "" : String(COUNTERS_KEPT_MS)],
        ...[String(COUNTERS_KEPT_MS), ...ties],
      ]);
      if (code !== "stale") return;
      own = counters(asTextOrNull(stored));
    }
  };

  return async (guest, account) => {
    const left = (await ask("link_left", owner(guest), [])).map(asText);
    await ask("link_take", owner(account), [account, guest, ...left]);
    await carryEarned(guest, account);
    for (let index = 0; index + 2 < left.length; index += 3) {
      const [part, field = ""] = left.slice(index, index + 2);
      const of = field.slice(field.indexOf(":") + 1);
      if (part === "doors") await ask("link_waiting", `guild:${of}`, [guest, account]);
      if (part === "been") await ask("link_former", field, [guest, account]);
      if (part === "blockedby") await ask("link_blocked", owner(field), [field, guest, account]);
      if (part === "reports") {
        const [channel = "", id = ""] = field.split("~");
        await ask("link_report", channel, [id, guest, account]);
      }
    }
  };
};
