import type { StudioPhrases } from "../../../shared/words-in.ts";
import { wordsIn } from "../../../shared/words-in.ts";
import { type ChannelNews, type DigestLine, LINE_RANKS, type LineRank } from "../digests/channel-news.ts";
import type { Reader, VisiblePush } from "./compose.ts";
import { type PhraseId, say } from "./phrases.ts";
import { shorten } from "./shorten.ts";

/** Lines quoted, and channels told of by their names. */
const LINES = 3;
const CHANNELS = 3;
/** Characters of a line. FCM takes 4,096 bytes; three lines, or three channels with a line each, and a title have room in them. */
const LINE_LENGTH = 80;
const LINE_BYTES = 800;
const HEAD_BYTES = 360;
const LINE_OF_CHANNEL_BYTES = 500;

/** A player has one digest on his screen, whatever channels it is about. */
export const DIGEST_TAG = "gremio#digest";

const PHRASE_OF: Readonly<Record<LineRank, PhraseId>> = {
  chatter: "unread",
  mention: "mentions",
  reply: "replies",
  war: "war",
  announcement: "announcements",
  reactions: "reactions",
};
/** How much is new comes first, then what of it is worth most. */
const COUNTED: readonly LineRank[] = ["chatter", ...LINE_RANKS.filter((rank) => rank !== "chatter")];

/** What ranks first first. */
export const ranked = (news: readonly ChannelNews[]): ChannelNews[] => {
  const best = ({ counts }: ChannelNews): number => LINE_RANKS.findIndex((rank) => counts[rank] > 0);
  return news.toSorted((a, b) => best(a) - best(b));
};

/** What is unread in all of a player's channels, summed up in one push. Tapped, it leads to the first unread of what ranks first. */
export const composeDigest = (
  found: readonly ChannelNews[],
  { studioPhrases, expiresAt }: { studioPhrases?: StudioPhrases | undefined; expiresAt: number },
  { locale, previews, filter }: Reader,
): VisiblePush => {
  const news = ranked(found);
  const [first] = news;
  if (first === undefined) throw new Error("a digest of nothing");
  const nameOf = ({ name }: ChannelNews): string => name || say("guild", locale);
  const howMuch = ({ counts }: ChannelNews): string =>
    COUNTED.filter((rank) => counts[rank] > 0)
      .map((rank) => say(PHRASE_OF[rank], locale, { count: counts[rank] }))
      .join(" · ");
  const quote = ({ entry }: DigestLine, names: ChannelNews["names"], bytes: number): string => {
    const words = wordsIn(entry, locale, studioPhrases, filter).replaceAll(/\s+/g, " ");
    const text = shorten(words, LINE_LENGTH, bytes);
    return entry.from === 0 ? text : `${names.get(entry.from) ?? say("someone", locale)}: ${text}`;
  };
  const quotes = (one: ChannelNews, most: number, bytes: number): string[] =>
    previews ? bestOf(one.lines, most).map((line) => quote(line, one.names, bytes)) : [];

  const common = {
    ...({
      kind: "digest",
      importance: "digest",
      quietly: true,
      arm: "digest-due",
      tag: DIGEST_TAG,
      expiresAt,
    } as const),
    cursor: { channel: first.channel, ...first.first },
  };
  if (news.length === 1)
    return { ...common, title: nameOf(first), body: [howMuch(first), ...quotes(first, LINES, LINE_BYTES)].join("\n") };
  const told = news.slice(0, CHANNELS).flatMap((one) => {
    const head = say("ofChannel", locale, { channel: nameOf(one), what: howMuch(one) });
    return [shorten(head, 2 * LINE_LENGTH, HEAD_BYTES), ...quotes(one, 1, LINE_OF_CHANNEL_BYTES)];
  });
  const others = news.length - CHANNELS;
  return {
    ...common,
    title: say("channels", locale, { channel: nameOf(first), count: news.length - 1 }),
    body: [...told, ...(others > 0 ? [say("otherChannels", locale, { count: others })] : [])].join("\n"),
  };
};

/** The newest of what ranks first, then of the next rank, and so on; within a rank the oldest first. The player knows his own words. */
const bestOf = (lines: readonly DigestLine[], most: number): DigestLine[] => {
  const best: DigestLine[] = [];
  for (const rank of LINE_RANKS) {
    if (rank === "reactions" || best.length >= most) continue;
    best.push(...lines.filter((line) => line.rank === rank).slice(best.length - most));
  }
  return best;
};
