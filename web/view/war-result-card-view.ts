import { html, nothing, type TemplateResult } from "lit-html";
import { type WarResultCard, warResultCardSchema } from "../../shared/cards/war-result.ts";
import type { Entry } from "../../shared/entry.ts";
import type { Locale } from "../../shared/locale.ts";
import { WAR_PHRASES } from "../war-phrases.ts";
import { number, time } from "./format.ts";
import { swords, trophy } from "./icons.ts";

/** What the entry tells of a war that is over; undefined when it is no such card, or one of a later version. */
export const warResultOf = (entry: Entry): WarResultCard | undefined =>
  entry.kind === "card" && entry.from === 0 && entry.body.card === "war-result"
    ? warResultCardSchema.safeParse(entry.body.data).data
    : undefined;

export const warResultCardView = (
  { outcome, opponent, ours, theirs, best, points }: WarResultCard,
  { seq, at }: Entry,
  locale: Locale,
): TemplateResult => {
  const phrases = WAR_PHRASES[locale];
  return html`<div class="war-card ${outcome}" data-seq=${seq}>
    <span class="war-emblem">${outcome === "win" ? trophy : swords}</span>
    <div class="war-card-words">
      <strong class="war-headline">${phrases.outcomes[outcome]}</strong>
      <span class="war-card-opponent clip"><bdi>${opponent}</bdi></span>
      ${best === undefined ? nothing : html`<small dir="auto">${phrases.bestOf(best.name, number(best.score, locale))}</small>`}
      ${points > 0 ? html`<span class="war-gain">${phrases.points(number(points, locale))}</span>` : nothing}
    </div>
    <b class="war-card-score">${number(ours, locale)}<i>:</i>${number(theirs, locale)}</b>
    <small class="war-card-at">${time(at, locale)}</small>
  </div>`;
};
