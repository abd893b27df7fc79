import type { Entry, Mentions } from "../../../shared/entry.ts";
import type { PlayerId } from "../../../shared/id.ts";
import type { NoticeKind } from "../../../shared/notice-kind.ts";
import { makeAsk } from "../../redis/ask.ts";
import type { Keys } from "../../redis/bucket.ts";
import type { Redis } from "../../redis/redis.ts";
import { asText, asTexts } from "../../redis/reply.ts";
import { type ArrivingNotice, entryOf } from "../notice.ts";

/**
 * Whom a notice is for, at this moment: all members, or these, each with what it is about for him. Its author and former members are left out. Of a message that calls
 * fighters also those whom it names, and the author of what it replies to: what must hold for the notice is of those alone for whom it is about the same.
 */
export type Called = (
  notice: ArrivingNotice,
) => Promise<{ all: true } | { players: { player: PlayerId; about: NoticeKind }[] }>;

type Calls = { mentions?: Mentions | undefined; reply?: number | undefined };

export const makeCalled = (redis: Redis, keys: Keys): Called => {
  const ask = makeAsk(redis, keys);
  return async (notice) => {
    const { about, only, author, channel } = notice;
    const isPersonal = about === "mention" || about === "reply";
    if (only === undefined && !isPersonal) return { all: true };
    const { mentions: { groups = [], players = [] } = {}, reply } =
      isPersonal || about === "call" ? callsIn(entryOf(notice)) : {};
    if (only === undefined && groups.includes("all")) return { all: true };
    const found = new Map<PlayerId, NoticeKind>(only?.map((player) => [player, about]));
    if (groups.includes("all")) {
      const members = keys.of(channel, "members");
      for (const player of asTexts(await redis.run(members, ["HKEYS", members])))
        if (!found.has(player)) found.set(player, "mention");
    }
    const officers = groups.includes("officers");
    if (officers || players.length > 0 || reply !== undefined) {
      const args = [String(reply ?? ""), officers ? "1" : "", ...players.map(String)];
      const [replied, named, ranked] = await ask("channel_called", channel, args);
      for (const player of [...asTexts(named), ...asTexts(ranked)])
        if (!found.has(player)) found.set(player, "mention");
      const answered = asText(replied);
      if (answered !== "" && !found.has(answered)) found.set(answered, "reply");
    }
    found.delete(author);
    return { players: [...found].map(([player, of]) => ({ player, about: of })) };
  };
};

/** Whether an entry calls a member. Who he is, is asked only where it calls anybody. */
export const isCalledBy = (entry: Entry, member: () => { n: number; rank: string }): boolean => {
  const { groups = [], players = [] } = callsIn(entry).mentions ?? {};
  if (groups.length + players.length === 0) return false;
  const { n, rank } = member();
  const isOfficer = rank === "leader" || rank === "officer";
  return players.includes(n) || groups.includes("all") || (isOfficer && groups.includes("officers"));
};

/** What a message says of whom it calls; of a kind or body this version does not know nothing. */
const callsIn = ({ kind, body }: Entry): Calls => {
  if (kind === "sticker" || kind === "phrase") return body;
  if ((kind === "text" || kind === "announcement") && typeof body === "object") return body;
  return {};
};
