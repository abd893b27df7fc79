import { html, nothing, type TemplateResult } from "lit-html";
import type { Channel } from "../../client/channel.ts";
import { collapsedText, type Run } from "../../client/collapse.ts";
import type { Outgoing } from "../../client/outbox.ts";
import type { Entry } from "../../shared/entry.ts";
import type { Locale } from "../../shared/locale.ts";
import type { FilterChoice } from "../../shared/moderation/filter-policy.ts";
import { WAR_TEMPLATES } from "../../shared/war-templates.ts";
import { type StudioPhrases, wordsIn } from "../../shared/words-in.ts";
import { PHRASES } from "../phrases.ts";
import { avatarView } from "./avatar-view.ts";
import { cardActionsView } from "./card-view.ts";
import { time } from "./format.ts";
import { clock, megaphone, swords } from "./icons.ts";
import { warResultCardView, warResultOf } from "./war-result-card-view.ts";

type Spoken = Extract<Entry, { kind: "text" | "sticker" | "phrase" | "card" }>;

/** In which language, with which phrases of the studio, and without which words. */
export type Reader = { locale: Locale; phrases: StudioPhrases; filter: FilterChoice };

/** A line of the chat, in the language of whoever reads it. `before`: the line above it. */
export const entryView = (
  entry: Entry,
  before: Entry | undefined,
  channel: Channel,
  reader: Reader,
): TemplateResult | typeof nothing => {
  const { locale } = reader;
  const phrases = PHRASES[locale];
  if (channel.isHidden(entry)) return noteView(phrases.hidden, entry.seq);
  const nameOf = (number: number): string => channel.person(number)?.name ?? phrases.someone;
  switch (entry.kind) {
    case "text":
    case "sticker":
    case "phrase":
    case "card": {
      const result = warResultOf(entry);
      if (result !== undefined) return warResultCardView(result, entry, locale);
      const isOwn = entry.from === channel.me?.number;
      const below = entry.kind === "card" ? cardActionsView(entry, channel, locale, Date.now()) : nothing;
      const name = entry.from === 0 ? phrases.system : nameOf(entry.from);
      return textView(entry, isSameHand(entry, before), name, isOwn, reader, below);
    }
    case "announcement":
    case "mail":
      return html`<div class="announcement" data-seq=${entry.seq}>
        <strong>${megaphone} ${phrases.announcement}</strong>
        <p dir="auto">${wordsIn(entry, locale, undefined, reader.filter)}</p>
        <small><bdi>${nameOf(entry.from)}</bdi> · ${time(entry.at, locale)}</small>
      </div>`;
    case "news":
      return html`<div class="news ${isOfWar(entry) ? "of-war" : ""}" data-seq=${entry.seq}>
        <p dir="auto">${isOfWar(entry) ? html`${swords} ` : nothing}${wordsIn(entry, locale)}</p>
        <small>${phrases.system} · ${time(entry.at, locale)}</small>
      </div>`;
    case "joined":
    case "left":
    case "kicked":
      return noteView(phrases[entry.kind](nameOf(entry.body.who)), entry.seq);
    case "rank":
      return noteView(phrases.ranked(nameOf(entry.body.who), phrases.ranks[entry.body.rank]), entry.seq);
    case "removed":
      return noteView(phrases.removed, entry.seq);
    default:
      return nothing;
  }
};

/** Several who came, left or were removed, as one line. */
export const runView = (run: Run, channel: Channel, { locale }: Reader): TemplateResult =>
  noteView(
    collapsedText(run, locale, (number) => channel.person(number)?.name ?? PHRASES[locale].someone),
    run.entries[0]?.seq ?? 0,
  );

/** One's own message that is not yet acknowledged. */
export const outgoingView = ({ text, command }: Outgoing): TemplateResult =>
  html`<div class="line own waiting">
    <div class="bubble"><p dir="auto">${command === "announce" ? html`${megaphone} ` : nothing}${text}</p><small>${clock}</small></div>
  </div>`;

const textView = (
  entry: Spoken,
  isGoingOn: boolean,
  name: string,
  isOwn: boolean,
  { locale, phrases, filter }: Reader,
  below: TemplateResult | typeof nothing,
): TemplateResult =>
  html`<div class="line ${isOwn ? "own" : ""} ${isGoingOn ? "on" : ""}" data-seq=${entry.seq}>
    ${isOwn ? nothing : avatarView(name, entry.from)}
    <div class="bubble">
      ${isOwn || isGoingOn ? nothing : html`<b class="author hue-${entry.from % 8}"><bdi>${name}</bdi></b>`}
      <p dir="auto">${wordsIn(entry, locale, phrases, filter)}</p>
      ${below}
      <small>${time(entry.at, locale)}</small>
    </div>
  </div>`;

const isOfWar = ({ body }: Extract<Entry, { kind: "news" }>): boolean =>
  typeof body !== "string" && Object.hasOwn(WAR_TEMPLATES, body.template);

const noteView = (text: string, seq: number): TemplateResult =>
  html`<div class="note" data-seq=${seq} dir="auto">${text}</div>`;

/** Lines of one author that follow within three minutes stand together. */
const isSameHand = (entry: Entry, before: Entry | undefined): boolean =>
  before?.kind === "text" && before.from === entry.from && entry.at - before.at < 180_000;
