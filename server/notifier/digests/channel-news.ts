import { COUNTABLE, type Entry } from "../../../shared/entry.ts";
import type { ChannelId } from "../../../shared/id.ts";
import type { NoticeKind } from "../../../shared/notice-kind.ts";
import type { ChannelPreferences } from "../../../shared/preferences.ts";

/** What may be told of a channel, what ranks first first. */
export const LINE_RANKS = ["mention", "reply", "war", "announcement", "reactions", "chatter"] as const;
export type LineRank = (typeof LINE_RANKS)[number];

/** An entry that is unread, or the player's own that others have reacted to. */
export type DigestLine = { rank: LineRank; entry: Entry };

/** What a digest can say of a channel. */
export type ChannelNews = {
  channel: ChannelId;
  name: string;
  /** How much of each rank; `chatter`: unread messages of all ranks, reactions not counted. */
  counts: Readonly<Record<LineRank, number>>;
  /** Those known, what ranks first first, within a rank the oldest first. */
  lines: readonly DigestLine[];
  /** Names of authors by their numbers. */
  names: ReadonlyMap<number, string>;
  /** The first unread of what ranks first. */
  first: { epoch: number; seq: number };
};

/** Why nothing is told of a channel. `told`: all of it was told by a digest, or pushed by itself. */
export type Silence =
  | "read"
  | "blocked"
  | "told"
  | "channel-off"
  | "mentions-only"
  | "kind-off"
  | "snoozed"
  | "not-member";

/** A channel as it is for a player, read for his digest. */
export type ChannelReading = {
  channel: ChannelId;
  name: string;
  member: boolean;
  number: number;
  /** The seq after which everything is new to him: read, or told by a digest. */
  after: { epoch: number; seq: number };
  /** A digest has told him of it since he read. */
  toldSinceRead: boolean;
  /** Countable entries after that, and those which call him. */
  unread: number;
  calls: number;
  /** The newest entries, as they are to be read now; and, some of them perhaps older, those that call him. */
  newest: readonly Entry[];
  calling: readonly Entry[];
  /** Members who wrote what older entries reply to, by seq. */
  wrote: ReadonlyMap<number, number>;
  /** Reactions to entries, of which the last came after he was last there and was told, by seq. */
  reactions: ReadonlyMap<number, number>;
  /** Numbers of members he has blocked. */
  blocked: ReadonlySet<number>;
  /** Seqs of what was pushed to him by itself, or waits to be. */
  pushed: ReadonlySet<number>;
  /** Seqs of what was left to a digest by itself: unread, and told by none, whatever one has told him up to. */
  owed: ReadonlySet<number>;
  names: ReadonlyMap<number, string>;
};

/** What the player, or the studio, does not want to be told. */
export type Wishes = {
  preferences: ChannelPreferences | undefined;
  /** Kinds that are told of by no push. */
  off: ReadonlySet<NoticeKind>;
};

/** Reactions alone are told of only if there are so many, and something else has made a digest due. */
const ENOUGH_REACTIONS = 5;

const KIND_OF: Readonly<Record<Exclude<LineRank, "reactions">, NoticeKind>> = {
  mention: "mention",
  reply: "reply",
  war: "war",
  announcement: "announcement",
  chatter: "chatter",
};

/** What is to be told of a channel, or why nothing is. `isWorth`: it is worth a digest, and not only worth a line of one. */
export const newsOf = (
  reading: ChannelReading,
  { preferences, off }: Wishes,
  now: number,
): { silence: Silence } | { news: ChannelNews; isWorth: boolean } => {
  if (!reading.member) return { silence: "not-member" };
  const unread = reading.newest.filter(
    ({ seq, kind }) => (seq > reading.after.seq || reading.owed.has(seq)) && COUNTABLE.has(kind),
  );
  const older = reading.calling.filter(
    ({ seq, kind }) => COUNTABLE.has(kind) && !unread.some((one) => one.seq === seq),
  );
  const called = new Set(reading.calling.map(({ seq }) => seq));
  const rankOf = (entry: Entry): Exclude<LineRank, "reactions"> => {
    if (called.has(entry.seq) || (reading.owed.has(entry.seq) && isCalling(entry, reading.number))) return "mention";
    const repliedTo = repliedToBy(entry);
    if (repliedTo !== undefined && wroteOf(reading, repliedTo) === reading.number) return "reply";
    if (isOfWar(entry)) return "war";
    return entry.kind === "announcement" || entry.kind === "mail" ? "announcement" : "chatter";
  };
  const all = [...older, ...unread].map((entry) => ({ rank: rankOf(entry), entry }));
  const isHidden = ({ entry }: DigestLine) => reading.blocked.has(entry.from) && entry.from !== 0;
  const isPushed = ({ entry }: DigestLine) => reading.pushed.has(entry.seq);
  const isOff = ({ rank }: { rank: LineRank }) => rank !== "reactions" && off.has(KIND_OF[rank]);
  const isMine = ({ entry }: DigestLine) => entry.from === reading.number;
  const left = all.filter((line) => !isPushed(line) && !isMine(line));
  const seen = left.filter((line) => !isHidden(line) && !isOff(line));
  const isOnlyCalls = preferences?.push === "mentions";
  const lines = isOnlyCalls ? seen.filter(({ rank }) => rank === "mention" || rank === "reply") : seen;
  const many = (rank: LineRank): number => lines.filter((line) => line.rank === rank).length;

  // What lies further back than was read is counted, though not known.
  const unknownCalls = Math.max(0, reading.calls - all.filter(({ rank }) => rank === "mention").length);
  const unknown = Math.max(0, reading.unread - all.length - unknownCalls);
  const mention = many("mention") + (off.has("mention") ? 0 : unknownCalls);
  const messages = isOnlyCalls
    ? mention + many("reply")
    : lines.length - many("mention") + mention + (off.has("chatter") ? 0 : unknown);
  const mine = isOnlyCalls ? [] : reading.newest.filter(({ seq }) => reading.reactions.has(seq));
  const reactions = mine.reduce((sum, { seq }) => sum + (reading.reactions.get(seq) ?? 0), 0);

  const silence = silenceOf(reading, preferences, now, {
    ...{ said: messages + reactions, isAllPushed: left.length === 0, isAllHidden: left.every(isHidden) },
  });
  if (silence !== undefined) return { silence };
  const counts: Record<LineRank, number> = {
    ...{ mention, reply: many("reply"), war: many("war"), announcement: many("announcement") },
    ...{ reactions, chatter: messages },
  };
  const ranked = [...lines, ...mine.map((entry): DigestLine => ({ rank: "reactions", entry }))].toSorted(
    (a, b) => LINE_RANKS.indexOf(a.rank) - LINE_RANKS.indexOf(b.rank) || a.entry.seq - b.entry.seq,
  );
  const { channel, name, names } = reading;
  const isAboveChatter = mention + counts.reply + counts.war + counts.announcement > 0;
  return {
    news: { channel, name, counts, lines: ranked, names, first: firstOf(ranked, reading, counts) },
    isWorth:
      (messages > 0 && !reading.toldSinceRead) ||
      isAboveChatter ||
      lines.some(({ entry }) => reading.owed.has(entry.seq)) ||
      reactions >= ENOUGH_REACTIONS,
  };
};

const silenceOf = (
  reading: ChannelReading,
  preferences: ChannelPreferences | undefined,
  now: number,
  { said, isAllPushed, isAllHidden }: { said: number; isAllPushed: boolean; isAllHidden: boolean },
): Silence | undefined => {
  if (reading.unread + reading.owed.size + reading.reactions.size === 0) return reading.toldSinceRead ? "told" : "read";
  if (preferences?.push === "none") return "channel-off";
  if ((preferences?.snoozedUntil ?? 0) > now) return "snoozed";
  if (said > 0) return undefined;
  if (isAllPushed) return "told";
  if (isAllHidden) return "blocked";
  return preferences?.push === "mentions" ? "mentions-only" : "kind-off";
};

/** Where the first unread of what ranks first is; of plain talk that goes back further than was read, right after what he knows. */
const firstOf = (
  lines: readonly DigestLine[],
  { after, newest }: ChannelReading,
  counts: ChannelNews["counts"],
): ChannelNews["first"] => {
  const first = lines[0]?.entry;
  const isChatter = lines[0]?.rank === "chatter" || lines[0] === undefined;
  const goesBack = (newest[0]?.seq ?? 0) > after.seq + 1 && counts.chatter > lines.length;
  if (first === undefined || (isChatter && goesBack)) return { epoch: after.epoch, seq: after.seq + 1 };
  return { epoch: first.epoch, seq: first.seq };
};

const wroteOf = ({ newest, wrote }: ChannelReading, seq: number): number | undefined =>
  wrote.get(seq) ?? newest.find((entry) => entry.seq === seq)?.from;

/** Whether an entry calls a member by name, or all. */
const isCalling = ({ body }: Entry, number: number): boolean => {
  if (typeof body !== "object" || body === null || !("mentions" in body) || body.mentions === undefined) return false;
  const { players, groups } = body.mentions;
  return players?.includes(number) === true || groups?.includes("all") === true;
};

const repliedToBy = ({ body }: Entry): number | undefined =>
  typeof body === "object" && body !== null && "reply" in body && typeof body.reply === "number"
    ? body.reply
    : undefined;

const isOfWar = ({ kind, body }: Entry): boolean =>
  kind === "news" &&
  typeof body === "object" &&
  (body.template.startsWith("war-") || body.template === "guild-attacked");
