import { html, nothing, type TemplateResult } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import { LIMITS } from "../../shared/limits.ts";
import { PHRASES, reasonOf } from "../phrases.ts";
import type { Seat } from "../seat.ts";
import { entryView, outgoingView } from "./entry-view.ts";
import { number } from "./format.ts";
import { arrow, megaphone } from "./icons.ts";

/** How far from its end a chat still counts as showing it, in pixels. */
const NEAR_PX = 40;

/** The chat of a player and where he writes. */
export const chatView = (seat: Seat, changed: () => void): TemplateResult => {
  const { channel, locale } = seat;
  const phrases = PHRASES[locale];
  const onScroll = ({ currentTarget }: Event): void => {
    if (!(currentTarget instanceof HTMLElement)) return;
    const { scrollHeight, scrollTop, clientHeight } = currentTarget;
    const atNewest = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    if (atNewest === seat.atNewest) return;
    seat.atNewest = atNewest;
    seat.read();
    changed();
  };
  const toNewest = (): void => {
    seat.atNewest = true;
    seat.read();
    changed();
  };
  const unread = seat.atNewest ? 0 : (channel?.unread ?? 0);
  return html`<div class="chat">
    <div class="entries" role="log" tabindex="0" @scroll=${onScroll}>${linesView(seat)}</div>
    ${
      seat.atNewest
        ? nothing
        : html`<button class="newest" @click=${toNewest}>
            ↓ ${unread > 0 ? phrases.unread(number(unread, locale)) : phrases.newest}
          </button>`
    }
    ${seat.refused ? html`<div class="refused" role="alert">${phrases.refused(reasonOf(seat.refused, locale))}</div>` : nothing}
    ${seat.isAway ? html`<div class="away-note">${phrases.awayNote(seat.name)}</div>` : composerView(seat)}
  </div>`;
};

const linesView = ({ channel, locale, awaySince }: Seat) => {
  if (channel === undefined) return nothing;
  const { entries } = channel;
  const firstNew = awaySince === undefined ? undefined : entries.find((entry) => entry.seq > awaySince)?.seq;
  return html`${repeat(
    entries,
    (entry) => entry.seq,
    (entry, index) =>
      html`${
        entry.seq === firstNew ? html`<div class="divider"><span>${PHRASES[locale].whileAway}</span></div>` : nothing
      }${entryView(entry, entries[index - 1], channel, locale)}`,
  )}${channel.waiting.map(outgoingView)}`;
};

const composerView = (seat: Seat): TemplateResult => {
  const phrases = PHRASES[seat.locale];
  const post = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget;
    if (!(form instanceof HTMLFormElement)) return;
    const input = form.querySelector("input");
    if (input === null || input.value.trim() === "") return;
    const announces = event.submitter?.classList.contains("announce") ?? false;
    if (announces) seat.announce(input.value);
    else seat.say(input.value);
    input.value = "";
  };
  // Twice the limit, which counts code points: what is too long is refused with words, not cut in silence.
  return html`<form class="composer" @submit=${post}>
    <input maxlength=${2 * LIMITS.textLength} placeholder=${phrases.write} aria-label=${phrases.write} autocomplete="off" enterkeyhint="send" dir="auto">
    <button class="send" title=${phrases.send} aria-label=${phrases.send}>${arrow}</button>
    ${seat.may("announce") ? html`<button class="announce" title=${phrases.announce}>${megaphone} <span>${phrases.announce}</span></button>` : nothing}
  </form>`;
};
