import { html, nothing, type TemplateResult } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import type { Locale } from "../../shared/locale.ts";
import { PHRASES } from "../phrases.ts";
import type { SeenPhone } from "../stage.ts";
import { number, time } from "./format.ts";

/** A player's phone with what is on its screen, newest first; it shakes when something new comes. */
export const phoneView = (
  phone: SeenPhone | undefined,
  name: string,
  locale: Locale,
  dismiss: (id: number) => void,
): TemplateResult => {
  const phrases = PHRASES[locale];
  const screen = phone?.screen ?? [];
  // Two names for one movement: the other name begins it anew.
  const buzz = phone && phone.buzzes > 0 ? `buzz-${phone.buzzes % 2}` : "";
  return html`<section class="phone ${phone?.platform ?? ""} ${buzz}" data-buzzes=${phone?.buzzes ?? 0} aria-label="${phrases.phone}: ${name}">
    <div class="bezel">
      <header>
        <span class="clock">${time(Date.now(), locale)}</span>
        <i class="camera"></i>
        <span class="count ${screen.length > 0 ? "some" : ""}">${screen.length > 0 ? number(screen.length, locale) : "●"}</span>
      </header>
      <div class="screen" aria-live="polite">
        ${
          screen.length === 0
            ? html`<p class="empty">${phrases.noPush}</p>`
            : repeat(
                screen.toReversed(),
                ({ id }) => id,
                (shown) => html`<button class="push" title=${phrases.dismiss} @click=${() => dismiss(shown.id)}>
                  <small><i class="app">G</i> Gremio · ${time(shown.shownAtMs, locale)}</small>
                  <b dir="auto">${shown.title ?? ""}</b>
                  <span class="push-body" dir="auto">${shown.body ?? ""}</span>
                  ${shown.replaced > 0 ? html`<em>${phrases.replaced(number(shown.replaced, locale))}</em>` : nothing}
                </button>`,
              )
        }
      </div>
      <i class="home"></i>
    </div>
  </section>`;
};
