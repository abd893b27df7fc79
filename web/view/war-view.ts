import { html, nothing, type TemplateResult } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import type { WarChallenge } from "../../client/war-snapshot.ts";
import type { Seat } from "../seat.ts";
import type { Stage } from "../stage.ts";
import { WAR_PANELS, type WarPanel } from "../war-desk.ts";
import { WAR_PHRASES, warReasonOf } from "../war-phrases.ts";
import { countdown, number } from "./format.ts";
import { swords } from "./icons.ts";
import { launchView } from "./launch-view.ts";
import { lineUpView } from "./line-up-view.ts";
import { pastWarsView } from "./past-wars-view.ts";
import { warBannerView } from "./war-banner-view.ts";

/** A guild's wars as one player sees them, with what he may do. */
export const warView = (seat: Seat, stage: Stage): TemplateResult | typeof nothing => {
  const { channel, locale } = seat;
  const state = channel?.state;
  if (state === undefined) return nothing;
  const phrases = WAR_PHRASES[locale];
  return html`<section class="war" aria-label=${phrases.war}>
    ${state.war === undefined ? quietView(seat) : warBannerView(state.war, seat, stage)}
    ${repeat(
      state.challenges,
      ([war]) => war,
      ([war, challenge]) => challengeView(war, challenge, seat),
    )}
    ${seekingView(seat)}
    ${refusedView(seat)}
    ${seat.isAway ? nothing : deskView(seat)}
  </section>`;
};

const quietView = ({ locale, wars }: Seat): TemplateResult => {
  const phrases = WAR_PHRASES[locale];
  const { won = 0, drawn = 0, lost = 0 } = wars.standing?.record ?? {};
  const [w, d, l] = [won, drawn, lost].map((count) => number(count, locale));
  return html`<p class="war-quiet">
    ${swords} <b>${phrases.noWar}</b>
    ${won + drawn + lost > 0 ? html`<small class="war-record">${phrases.record(w ?? "", d ?? "", l ?? "")}</small>` : nothing}
  </p>`;
};

const challengeView = (war: string, { name, tag, until, incoming }: WarChallenge, seat: Seat): TemplateResult => {
  const { locale, wars } = seat;
  const phrases = WAR_PHRASES[locale];
  const left = until - wars.now;
  return html`<div class="war-challenge ${incoming ? "incoming" : ""}" data-war=${war}>
    <p><span class="tag"><bdi>${tag}</bdi></span> <b dir="auto">${incoming ? phrases.incoming(name) : phrases.outgoing(name)}</b>
      <span class="war-countdown" role="timer">${left > 0 ? countdown(left) : phrases.anyMoment}</span></p>
    ${
      !seat.may("launchWar") || seat.isAway
        ? nothing
        : html`<div class="war-buttons">
            ${
              incoming
                ? html`<button class="accept primary" ?disabled=${wars.busy} @click=${() => void wars.answer(war, true)}>${phrases.accept}</button>
                    <button class="decline" ?disabled=${wars.busy} @click=${() => void wars.answer(war, false)}>${phrases.decline}</button>`
                : html`<button class="withdraw" ?disabled=${wars.busy} @click=${() => void wars.withdraw(war)}>${phrases.withdraw}</button>`
            }
          </div>`
    }
  </div>`;
};

const refusedView = ({ wars, locale }: Seat): TemplateResult | typeof nothing => {
  if (wars.refused === undefined) return nothing;
  const { code, retryAtMs } = wars.refused;
  const left = retryAtMs === undefined ? 0 : retryAtMs - wars.now;
  return html`<p class="war-refused" role="alert">${warReasonOf(code, locale)}${left > 0 ? ` (${countdown(left)})` : nothing}</p>`;
};

const seekingView = (seat: Seat): TemplateResult | typeof nothing => {
  const { wars, locale } = seat;
  const phrases = WAR_PHRASES[locale];
  const { seeking } = wars;
  if (seeking === undefined || seeking.until <= wars.now) return nothing;
  const mode = wars.modes.find((one) => one.mode === seeking.mode)?.name[locale] ?? seeking.mode;
  return html`<div class="war-challenge war-seeking">
    <p><b>${phrases.seeking(mode)}</b> <span class="war-countdown" role="timer">${countdown(seeking.until - wars.now)}</span></p>
    ${
      seat.may("launchWar") && !seat.isAway && !seeking.found
        ? html`<div class="war-buttons"><button class="stop-seeking" ?disabled=${wars.busy} @click=${() => void wars.stopSeeking()}>${phrases.stopSeeking}</button></div>`
        : nothing
    }
  </div>`;
};

const deskView = (seat: Seat): TemplateResult => {
  const { locale, wars, channel, player } = seat;
  const phrases = WAR_PHRASES[locale];
  const isIn = channel?.state?.roster.get(player)?.warReady ?? true;
  const panels = seat.may("launchWar") ? WAR_PANELS : (["past"] as const);
  return html`<div class="war-desk">
      <label class="war-ready"><input type="checkbox" .checked=${isIn} ?disabled=${wars.busy}
        @change=${({ currentTarget }: Event) => {
          if (currentTarget instanceof HTMLInputElement) void wars.beReady(currentTarget.checked);
        }}> ${phrases.imIn}</label>
      <div class="war-tabs">${panels.map(
        (panel) =>
          html`<button class="war-tab" data-panel=${panel} aria-expanded=${wars.panel === panel ? "true" : "false"} @click=${() => wars.show(panel)}>${phrases.tabs[panel]}</button>`,
      )}</div>
    </div>
    ${wars.panel === undefined ? nothing : html`<div class="war-panel" data-panel=${wars.panel}>${panelView(wars.panel, seat)}</div>`}`;
};

const panelView = (panel: WarPanel, seat: Seat): TemplateResult => {
  if (panel === "launch") return launchView(seat);
  return panel === "line-up" ? lineUpView(seat) : pastWarsView(seat);
};
