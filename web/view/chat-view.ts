import { html, nothing, type TemplateResult } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { repeat } from "lit-html/directives/repeat.js";
import type { Channel } from "../../client/channel.ts";
import { collapse, type Line } from "../../client/collapse.ts";
import type { Entry } from "../../shared/entry.ts";
import { LIMITS } from "../../shared/limits.ts";
import { newestPin } from "../newest-pin.ts";
import { PHRASES, reasonOf } from "../phrases.ts";
import type { Seat } from "../seat.ts";
import { entryView, outgoingView, type Reader, runView } from "./entry-view.ts";
import { number } from "./format.ts";
import { arrow, megaphone } from "./icons.ts";

/** From here on the writer sees how long his text is, in code points. */
const LENGTH_SHOWN = 0.8 * LIMITS.textLength;

/** The chat of a player and where he writes. */
export const chatView = (seat: Seat, changed: () => void): TemplateResult => {
  const { channel, locale } = seat;
  const phrases = PHRASES[locale];
  const onScroll = ({ currentTarget }: Event): void => {
    if (!(currentTarget instanceof HTMLElement)) return;
    const atNewest = newestPin.isPinned(currentTarget, seat.atNewest);
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
    <div class="timeline">
      <div class="entries" role="log" tabindex="0" @scroll=${onScroll}>${linesView(seat)}</div>
      ${
        seat.atNewest
          ? nothing
          : html`<button class="newest" @click=${toNewest}>
              ↓ ${unread > 0 ? phrases.unread(number(unread, locale)) : phrases.newest}
            </button>`
      }
    </div>
    ${seat.refused ? html`<div class="refused" role="alert">${phrases.refused(reasonOf(seat.refused, locale))}</div>` : nothing}
    ${seat.isAway ? html`<div class="away-note">${phrases.awayNote(seat.name)}</div>` : composerView(seat, changed)}
  </div>`;
};

const linesView = ({ channel, locale, phrases, filter, awaySince }: Seat) => {
  if (channel === undefined) return nothing;
  const { entries } = channel;
  const lines = collapse(entries);
  const firstNew =
    awaySince === undefined ? undefined : lines.find((line) => entriesOf(line).some(({ seq }) => seq > awaySince));
  return html`${repeat(
    lines,
    (line) => entriesOf(line)[0]?.seq,
    (line, index) =>
      html`${
        line === firstNew ? html`<div class="divider"><span>${PHRASES[locale].whileAway}</span></div>` : nothing
      }${lineView(line, lines[index - 1], channel, { locale, phrases, filter })}`,
  )}${channel.waiting.map(outgoingView)}`;
};

const entriesOf = (line: Line): readonly Entry[] => ("entry" in line ? [line.entry] : line.run.entries);

const lineView = (line: Line, before: Line | undefined, channel: Channel, reader: Reader) =>
  "entry" in line
    ? entryView(line.entry, before && entriesOf(before).at(-1), channel, reader)
    : runView(line.run, channel, reader);

const composerView = (seat: Seat, changed: () => void): TemplateResult => {
  const phrases = PHRASES[seat.locale];
  const write = ({ currentTarget }: Event): void => {
    if (!(currentTarget instanceof HTMLInputElement)) return;
    seat.draft = currentTarget.value;
    changed();
  };
  const post = (event: SubmitEvent): void => {
    event.preventDefault();
    if (seat.draft.trim() === "") return;
    if (event.submitter?.classList.contains("announce")) seat.announce();
    else seat.say();
    changed();
  };
  // No `maxlength`: it counts otherwise than the limit, and would cut what is pasted in silence.
  return html`<form class="composer" @submit=${post}>
      <input .value=${live(seat.draft)} @input=${write} placeholder=${phrases.write} aria-label=${phrases.write} autocomplete="off" enterkeyhint="send" dir="auto">
      <button class="send" title=${phrases.send} aria-label=${phrases.send}>${arrow}</button>
      ${seat.may("announce") ? html`<button class="announce" title=${phrases.announce}>${megaphone} <span>${phrases.announce}</span></button>` : nothing}
    </form>
    ${lengthView(seat)}`;
};

const lengthView = ({ draft, locale }: Seat): TemplateResult | typeof nothing => {
  const length = [...draft.normalize("NFC").trim()].length;
  if (length < LENGTH_SHOWN) return nothing;
  return html`<small class="length ${length > LIMITS.textLength ? "over" : ""}">${number(length, locale)} / ${number(LIMITS.textLength, locale)}</small>`;
};
