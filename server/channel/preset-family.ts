import { CIRCLE_PRESETS, type CirclePreset } from "../../shared/api/directory.ts";
import { GremioError } from "../../shared/errors.ts";
import { type ChannelId, circleChannel, idOfChannel, type PlayerId } from "../../shared/id.ts";
import { LOCALES } from "../../shared/locale.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asNumber, asPairs, asTextOrNull } from "../redis/reply.ts";
import type { Circles } from "./circles.ts";
import type { Groups } from "./groups.ts";

/** Circles of one preset and language, the first one included: 100,000 members with 5,000 each. */
const MOST = 20;
/** So many are looked at in one go: few games have more. */
const AT_ONCE = 4;

const FAMILY = new RegExp(`^(${CIRCLE_PRESETS.join("|")})-(${LOCALES.join("|")})(-\\d+)?$`);

/** Whether an id is kept for circles that presets make. */
export const isOfPreset = (id: string): boolean => FAMILY.test(id);

/** What of the first one is not the next one's, too. */
const OWN = ["name", "founding", "createdAt", "version"];

/**
 * Makes a player a member of a circle, as `Circles.join` does; `circle` is where he is. Whoever joins the first circle of a preset comes into the fullest one of its
 * family that has a place, stays where he is when he is in one already, and if all are full the next one is opened, like the first (`world-es-419-2` …), up to 20;
 * then it is `channel-full`. Who is banned from one comes into none. Any other circle, also a later one of a preset, takes him itself.
 */
export type EnterCircle = (
  circle: ChannelId,
  player: PlayerId,
  caller?: PlayerId,
) => Promise<{ circle: ChannelId; number: number; newly: boolean }>;

type Sibling = { circle: ChannelId; members: number; hasPlace: boolean; mayBeBanned: boolean };

export const makeEnterCircle = (
  {
    redis,
    keys,
    circles,
    groups,
  }: {
    redis: Redis;
    keys: Keys;
    circles: Pick<Circles, "join">;
    groups: Pick<Groups, "listOf">;
  },
  presets: readonly CirclePreset[],
): EnterCircle => {
  const ask = makeAsk(redis, keys);
  const named = (first: string, n: number): ChannelId => circleChannel(n === 1 ? first : `${first}-${n}`);
  const isFirst = (id: string): boolean => presets.some((preset) => LOCALES.some((one) => `${preset}-${one}` === id));

  const look = async (circle: ChannelId, player: PlayerId): Promise<Sibling | undefined> => {
    const [info, members, bans] = ["info", "members", "bans"].map((part) => keys.of(circle, part));
    const [capacity, count, ban] = await Promise.all([
      redis.run(info ?? "", ["HGET", info ?? "", "capacity"]),
      redis.run(members ?? "", ["HLEN", members ?? ""]),
      redis.run(bans ?? "", ["HEXISTS", bans ?? "", player]),
    ]);
    if (asTextOrNull(capacity) === null) return undefined;
    const hasPlace = asNumber(count) < Number(capacity);
    return { circle, members: asNumber(count), hasPlace, mayBeBanned: ban === 1 };
  };

  /** They are opened one after the other, so those that are there come first. */
  const family = async (first: string, player: PlayerId): Promise<Sibling[]> => {
    const all: Sibling[] = [];
    while (all.length < MOST) {
      const numbers = Array.from({ length: AT_ONCE }, (_, index) => all.length + index + 1);
      const found = await Promise.all(numbers.map((n) => look(named(first, n), player)));
      const end = found.indexOf(undefined);
      all.push(...found.slice(0, end === -1 ? AT_ONCE : end).filter((one) => one !== undefined));
      if (end !== -1) break;
    }
    return all;
  };

  const open = async (first: string, n: number): Promise<void> => {
    const [info, pace] = [keys.of(named(first, 1), "info"), keys.of(named(first, 1), "pace")];
    const facts = asPairs(asList(await redis.run(info, ["HGETALL", info])));
    const fields = [...facts].filter(([field]) => !OWN.includes(field)).flat();
    const args = [JSON.stringify(["preset", n]), "name", `${facts.get("name")} ${n}`, ...fields];
    const { code } = await ask.raw("circle_found", named(first, n), args);
    const slow = asTextOrNull(await redis.run(pace, ["HGET", pace, ":slow"]));
    if (code === "ok" && slow !== null) await ask("channel_slow", named(first, n), ["", slow]);
  };

  return async (circle, player, caller) => {
    const first = idOfChannel(circle);
    const join = async (into: ChannelId) => ({ circle: into, ...(await circles.join(into, player, caller)) });
    if (!isFirst(first)) return join(circle);
    const [siblings, his] = await Promise.all([family(first, player), groups.listOf(player)]);
    const own = siblings.filter((one) => his.has(one.circle));
    const banned = siblings.filter((one) => one.mayBeBanned);
    const free = siblings.filter((one) => one.hasPlace).sort((a, b) => b.members - a.members);
    // Each asks the circle itself: one he is still in keeps him, one he is banned from refuses him for all.
    for (const { circle: next } of [...own, ...banned, ...free]) {
      const joined = await join(next).catch(unlessFull);
      if (joined !== undefined) return joined;
    }
    for (let n = siblings.length + 1; n <= MOST; n++) {
      await open(first, n);
      const joined = await join(named(first, n)).catch(unlessFull);
      if (joined !== undefined) return joined;
    }
    throw new GremioError("channel-full");
  };
};

const unlessFull = (error: unknown): undefined => {
  if (!(error instanceof GremioError) || error.code !== "channel-full") throw error;
};
