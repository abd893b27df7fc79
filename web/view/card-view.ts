import { html, nothing, type TemplateResult } from "lit-html";
import type { Channel } from "../../client/channel.ts";
import type { CardAction } from "../../shared/card.ts";
import type { Entry } from "../../shared/entry.ts";
import type { Locale } from "../../shared/locale.ts";
import type { Mark } from "../../shared/protocol.ts";
import { number } from "./format.ts";

type Card = Extract<Entry, { kind: "card" }>;

/** What can be done with a card, how many have, and whether this player has. Works for every card, whatever its type. */
export const cardActionsView = (
  entry: Card,
  channel: Channel,
  locale: Locale,
  nowMs: number,
): TemplateResult | typeof nothing => {
  const state = channel.mark(entry.seq)?.card;
  if (state === undefined) return nothing;
  const over = state.closed || (entry.body.expiresAt ?? Number.POSITIVE_INFINITY) <= nowMs;
  const isAuthor = entry.from === channel.me?.number;
  return html`<div class="card-actions ${over ? "over" : ""}">
    ${entry.body.actions.map((action) => buttonView(action, { entry, state, over, isAuthor, channel, locale }))}
  </div>`;
};

type Drawn = {
  entry: Card;
  state: NonNullable<Mark["card"]>;
  over: boolean;
  isAuthor: boolean;
  channel: Channel;
  locale: Locale;
};

const buttonView = (action: CardAction, { entry, state, over, isAuthor, channel, locale }: Drawn): TemplateResult => {
  const { id, label = id, cap, by, undo } = action;
  const done = state.own.includes(id);
  const count = state.counts[id] ?? 0;
  const isFull = cap !== undefined && count >= cap;
  const isFor = by === "all" || (by === "author") === isAuthor;
  const may = !over && isFor && (done ? undo : !isFull);
  // What is refused shows by itself: the card is full or over.
  const tap = (): void => void channel.act(entry.seq, id, !done).catch(() => {});
  return html`<button data-action=${id} aria-pressed=${done ? "true" : "false"} ?disabled=${!may} @click=${tap}>
    <bdi>${typeof label === "string" ? label : label[locale]}</bdi>
    ${number(count, locale)}${cap === undefined ? "" : ` / ${number(cap, locale)}`}
  </button>`;
};
