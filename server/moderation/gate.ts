import type { CardBody } from "../../shared/card.ts";
import { cardBodySchema } from "../../shared/card.ts";
import { phraseBodySchema, textBodySchema } from "../../shared/entry.ts";
import { GremioError } from "../../shared/errors.ts";
import { type ChannelId, kindOfChannel, type PlayerId } from "../../shared/id.ts";
import type { Filter, Judged as Found } from "../../shared/moderation/filter.ts";
import { type FilterMarks, marksOf } from "../../shared/moderation/filter-marks.ts";
import { policyOf } from "../../shared/moderation/filter-policy.ts";
import { linksIn } from "../../shared/moderation/links-in.ts";
import type { Writers as MayWrite, RuleSet } from "../../shared/moderation/rule-set.ts";
import type { Judged, Need } from "../channel/judged.ts";
import type { Append } from "../channel/log.ts";
import type { Rules } from "./rules.ts";
import { type StudioRules, switchAt } from "./studio-rules.ts";
import type { Writer, Writers } from "./writers.ts";

/** What is to be judged: an entry of a player. */
export type Said = Pick<Append, "channel" | "kind" | "body"> & { author: PlayerId };
export type Judgement = Judged & { refused: GremioError | undefined };

/**
 * Where a text stands that is no message. `title`: what something is called; `motto`: what it tells of itself; `mail`: what those who lead write to all, or to who asks
 * to be let in; `request`: what somebody who is no member writes to them. Links of requests are judged as a recruit's, all others as an officer's.
 */
export type TextPlace = { channel: ChannelId; as: "title" | "motto" | "mail" | "request" };

export type Gate = {
  /** By the rules as this process knows them. What the author needs of rank is in `needs`; what speaks against it whoever he is, in `refused`. */
  judge(said: Said): Promise<Judgement>;
  /** The same of a message's new words, which cannot be held: what would be is refused. */
  judgeWords(channel: ChannelId, author: PlayerId, text: string): Promise<EditJudgement>;
  /**
   * A text of a player that is no message (names, mottos, requests, mail): as it is to be stored. `author` undefined: the game's backend, which is not judged.
   * Throws `text-refused`, `link-not-allowed`, `read-only`, and of all but titles `phrases-only`. Titles and mottos are never masked: what would be is refused.
   */
  judgeText(place: TextPlace, author: PlayerId | undefined, text: string): Promise<string>;
};
export type EditJudgement = Omit<Judged, "body"> & {
  text: string;
  marks: FilterMarks | undefined;
  refused: GremioError | undefined;
};
export type JudgeText = Gate["judgeText"];

export type GateDeps = {
  rules: Pick<Rules, "of" | "read">;
  studio: Pick<StudioRules, "now">;
  filter: Pick<Filter, "judge">;
  writers: Writers;
  isMinor(player: PlayerId): boolean | Promise<boolean>;
  /** How links to the guilds of this game begin. */
  invitePrefix?: string | undefined;
  now?: () => number;
};

const WRITER_RANKS: Readonly<Record<MayWrite, Need["rank"] | undefined>> = {
  all: undefined,
  members: "member",
  officers: "officer",
  nobody: "nobody",
};
/** What a phrase may be completed with where nobody writes words of his own. */
const BARE_NUMBER = /^[\d.,:%+-]{1,12}$/;

export const makeGate = ({ rules, studio, filter, writers, isMinor, invitePrefix, now = Date.now }: GateDeps): Gate => {
  /** What speaks against whoever writes: the switch of the whole game, or that he is a minor. `ownWords`: he writes words of his own. */
  const personal = async (
    { minors }: Pick<RuleSet, "minors">,
    author: PlayerId,
    ownWords: boolean,
  ): Promise<GremioError | undefined> => {
    const { mode, until, text } = switchAt(studio.now().gameSwitch, now());
    if (mode === "read-only" || (mode === "phrases-only" && ownWords))
      return new GremioError(mode, { retryAtMs: until, text });
    if (!ownWords || minors === "free") return undefined;
    const minor = isMinor(author);
    return (typeof minor === "boolean" ? minor : await minor) ? new GremioError("phrases-only") : undefined;
  };

  const writerOf = async (author: PlayerId, minLevel: number): Promise<Writer> => {
    const known = await writers.of(author);
    // Who has risen lately is not held off.
    return known.level < minLevel ? writers.read(author) : known;
  };

  const needsFor = (set: RuleSet, writer: Writer, ownWords: boolean, texts: readonly string[]): Need[] => {
    const needs: Need[] = [];
    if (set.readOnly) needs.push({ code: "read-only", rank: "officer" });
    if (set.phrasesOnly && ownWords) needs.push({ code: "phrases-only", rank: "officer" });
    if (writer.level < set.minLevel) needs.push({ code: "level-too-low", rank: "officer" });
    const rank = rankFor(set, texts);
    if (rank !== undefined) needs.push({ code: "link-not-allowed", rank });
    return needs;
  };

  const rankFor = (set: RuleSet, texts: readonly string[]): Need["rank"] | undefined => {
    const [ofLinks, ofInvitations] = [WRITER_RANKS[set.links], WRITER_RANKS[set.invitations]];
    if (ofLinks === undefined && ofInvitations === undefined) return undefined;
    const wanted = texts.flatMap((text) => {
      const { link, invitation } = linksIn(text, invitePrefix);
      return [link ? ofLinks : undefined, invitation ? ofInvitations : undefined];
    });
    return RANK_ORDER.find((rank) => wanted.includes(rank));
  };

  const look = (text: string, set: RuleSet, { locale, country }: Writer): Found =>
    filter.judge(text, { locale, country, strictness: set.filter });

  const judge: Gate["judge"] = async ({ channel, author, kind, body }) => {
    const { version, rules: set } = rules.of(channel);
    const { texts, ownWords } = wordsOf(kind, body);
    const refused = await personal(set, author, ownWords);
    const writer = await writerOf(author, set.minLevel);
    const found = new Map(texts.map((text) => [text, look(text, set, writer)]));
    const verdicts = new Set([...found.values()].map(({ verdict }) => verdict));
    const canWait = kind === "text" || kind === "announcement";
    const isRefused = verdicts.has("refuse") || (verdicts.has("hold") && !canWait);
    const needs = needsFor(set, writer, ownWords, texts);
    return {
      version,
      needs: isRefused ? [...needs, REFUSED] : needs,
      hold: verdicts.has("hold"),
      body: found.size === 0 ? body : rewritten(kind, body, found, set),
      slowModeMs: studio.now().floors[kindOfChannel(channel)].slowModeMs,
      refused,
    };
  };

  return {
    judge,

    judgeWords: async (channel, author, text) => {
      const { body, ...judged } = await judge({ channel, author, kind: "text", body: text });
      const said = textBodySchema.parse(body);
      return {
        ...unheld(judged),
        ...(typeof said === "string" ? { text: said, marks: undefined } : { text: said.text, marks: said.marks }),
      };
    },

    judgeText: async ({ channel, as }, author, text) => {
      if (author === undefined || text === "") return text;
      const set = await inForce(rules, studio, channel);
      const refused = await personal(set, author, as !== "title");
      if (refused !== undefined) throw refused;
      const writer = await writerOf(author, 0);
      const rank = rankFor(set, [text]);
      if (rank === "nobody" || (rank !== undefined && as === "request")) throw new GremioError("link-not-allowed");
      const { verdict, masked } = look(text, set, writer);
      if (verdict === "clean") return text;
      if (verdict === "mask" && (as === "mail" || as === "request")) return masked;
      throw new GremioError("text-refused");
    },
  };
};

/** Refused besides. */
export const refusing = <J extends Pick<Judged, "needs">>(judged: J): J => ({
  ...judged,
  needs: [...judged.needs, REFUSED],
});

const REFUSED: Need = { code: "text-refused", rank: "nobody" };

/** Where nothing can wait for review, what would is refused. */
export const unheld = <J extends Pick<Judged, "needs" | "hold">>(judged: J): J =>
  judged.hold ? { ...refusing(judged), hold: false } : judged;

const RANK_ORDER = ["nobody", "officer", "member"] as const;

/** The channel's rules as they are now; of one that is not there yet, the floor. */
const inForce = async (
  rules: Pick<Rules, "read">,
  studio: Pick<StudioRules, "now">,
  channel: ChannelId,
): Promise<RuleSet> => {
  try {
    return (await rules.read(channel)).effective;
  } catch (error) {
    if (error instanceof GremioError && error.code.endsWith("-not-found"))
      return studio.now().floors[kindOfChannel(channel)];
    throw error;
  }
};

/** The texts of an entry that its author chose, and whether they are words of his own. */
const wordsOf = (kind: Said["kind"], body: unknown): { texts: readonly string[]; ownWords: boolean } => {
  switch (kind) {
    case "text":
    case "announcement": {
      const said = textBodySchema.parse(body);
      return { texts: [typeof said === "string" ? said : said.text], ownWords: true };
    }
    case "card":
      return { texts: [...new Set(textsOfCard(cardBodySchema.parse(body)))], ownWords: true };
    case "phrase": {
      const params = Object.values(phraseBodySchema.parse(body).params ?? {});
      return { texts: params, ownWords: params.some((param) => !BARE_NUMBER.test(param)) };
    }
    default:
      return { texts: [], ownWords: false };
  }
};

const strings = (value: unknown): string[] => {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(strings) : [];
};
const textsOfCard = ({ data, fallback, actions }: CardBody): string[] =>
  strings([data, fallback, actions.map(({ label }) => label)]);

const masked = (value: unknown, found: ReadonlyMap<string, Found>): unknown => {
  if (typeof value === "string") return found.get(value)?.masked ?? value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((part: unknown) => masked(part, found));
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, masked(part, found)]));
};

/** The body as it is written: with what is to be masked masked, and marks of what a stricter reader may not want to see. */
const rewritten = (kind: Said["kind"], body: unknown, found: ReadonlyMap<string, Found>, set: RuleSet): unknown => {
  if (kind === "text" || kind === "announcement") {
    const said = textBodySchema.parse(body);
    const words = typeof said === "string" ? said : said.text;
    const judged = found.get(words);
    if (judged === undefined || judged.found.length === 0) return body;
    // What waits for review is approved as it was written.
    const text = judged.verdict === "hold" ? words : judged.masked;
    const marks = marksOf(judged.found, policyOf(judged.verdict === "hold" ? "off" : set.filter));
    if (typeof said === "string" && marks === undefined) return text;
    return { ...(typeof said === "string" ? {} : said), text, ...(marks === undefined ? {} : { marks }) };
  }
  if ([...found.values()].every(({ verdict }) => verdict === "clean")) return body;
  if (kind === "phrase") {
    const phrase = phraseBodySchema.parse(body);
    return { ...phrase, params: masked(phrase.params, found) };
  }
  if (kind !== "card") return body;
  const card = cardBodySchema.parse(body);
  return {
    ...card,
    data: masked(card.data, found),
    fallback: masked(card.fallback, found),
    actions: card.actions.map((action) => ({ ...action, label: masked(action.label, found) })),
  };
};
