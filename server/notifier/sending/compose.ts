import type { Entry } from "../../../shared/entry.ts";
import type { ChannelId } from "../../../shared/id.ts";
import type { Locale } from "../../../shared/locale.ts";
import type { NoticeKind } from "../../../shared/notice-kind.ts";
import type { Preferences } from "../../../shared/preferences.ts";
import { wordsIn } from "../../../shared/words-in.ts";
import { say } from "./phrases.ts";
import { shorten } from "./shorten.ts";

/** Whom a push speaks to, and how. */
export type Reader = { locale: Locale; previews: boolean; filter?: Preferences["filter"] };

/** One push before it is made out for a platform. */
export type Push = VisiblePush | ClearPush;

/** The same `tag` replaces on the screen, so a push sent twice is seen once. */
export type VisiblePush = {
  kind: NoticeKind | "digest";
  importance: "urgent" | "important" | "digest";
  /** Takes the place of one that was seen lately: without a sound. */
  quietly: boolean;
  /** Why it is sent now: what FCM's own figures are told apart by. */
  arm: string;
  tag: string;
  title: string;
  body: string;
  /** Epoch milliseconds after which it is not delivered any more. */
  expiresAt: number;
  /** Channel '': of a broadcast, which leads to no entry. */
  cursor: { channel: ChannelId; epoch: number; seq: number };
  /** What else the game finds in its data. */
  data?: Readonly<Record<string, string>>;
};

/** Takes what is shown under these tags off the screen. */
export type ClearPush = { kind: "clear"; tags: readonly string[]; expiresAt: number };

/** Characters of a notification's text: what phones show when it is unfolded. */
const BODY_LENGTH = 240;
const LINE_LENGTH = 80;
/** FCM takes 4,096 bytes; the rest of a push is below 1,000. */
const BODY_BYTES = 2_500;
const LINE_BYTES = 800;

export type NoticeFacts = {
  channel: ChannelId;
  name: string;
  /** The name of whoever wrote it; undefined: the system. */
  author?: string;
  expiresAt: number;
  tag: string;
  about: NoticeKind;
  importance: "urgent" | "important";
  quietly: boolean;
  why: string;
  /** Further notices that it stands for. */
  more: number;
};

/** A notice, and how many more it stands for. */
export const composeNotice = (entry: Entry, facts: NoticeFacts, { locale, previews, filter }: Reader): VisiblePush => {
  const { channel, name, author, expiresAt, tag, about, importance, quietly, why, more } = facts;
  const words = (): string => shorten(wordsIn(entry, locale, undefined, filter), BODY_LENGTH, BODY_BYTES);
  const guild = name || say("guild", locale);
  const who = author ?? say("someone", locale);
  const common = {
    ...{ kind: about, importance, quietly, arm: why, tag, expiresAt },
    cursor: { channel, epoch: entry.epoch, seq: entry.seq },
  };
  const says = (title: string, body: string): VisiblePush => ({
    ...{ ...common, title },
    body: more > 0 ? `${body}\n${say("more", locale, { count: more })}` : body,
  });
  if (entry.kind === "news") return says(guild, previews ? words() : say("news", locale));
  if (entry.kind === "mail") {
    if (!previews) return says(guild, say("mail", locale));
    const { title, text } = entry.body;
    const said = author === undefined ? text : `${author}: ${text}`;
    return says(shorten(`${guild}: ${title}`, LINE_LENGTH, LINE_BYTES), shorten(said, BODY_LENGTH, BODY_BYTES));
  }
  const said = `${who}: ${words()}`;
  if (about === "mention")
    return says(
      say("mention", locale, { channel: guild }),
      previews ? said : say("mentioned", locale, { author: who }),
    );
  if (about === "reply")
    return says(say("reply", locale, { channel: guild }), previews ? said : say("replied", locale, { author: who }));
  if (entry.kind === "text")
    return says(say("call", locale, { channel: guild }), previews ? said : say("called", locale, { author: who }));
  return says(
    say("announcement", locale, { channel: guild }),
    previews ? said : say("announced", locale, { author: who }),
  );
};
