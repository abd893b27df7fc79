import { html, nothing, type TemplateResult } from "lit-html";
import { PHRASES } from "../phrases.ts";
import type { Seat } from "../seat.ts";
import type { Stage } from "../stage.ts";
import { avatarView } from "./avatar-view.ts";
import { chatView } from "./chat-view.ts";
import { number } from "./format.ts";
import { languageView } from "./language-view.ts";
import { phoneView } from "./phone-view.ts";
import { rosterView } from "./roster-view.ts";
import { warView } from "./war-view.ts";
import { whyView } from "./why-view.ts";

/** One player: who he is, his guild, his chat, the roster and his phone. */
export const playerView = (seat: Seat, stage: Stage): TemplateResult => {
  const { channel, locale } = seat;
  const phrases = PHRASES[locale];
  const { state } = channel ?? {};
  const me = channel?.me;
  return html`<article class="player ${seat.isAway ? "is-away" : ""}" data-player=${seat.player} lang=${locale}>
    <header>
      ${avatarView(seat.name, me?.number ?? 0)}
      <h2><bdi class="clip">${seat.name}</bdi>${me ? html`<span class="rank ${me.rank}">${phrases.ranks[me.rank]}</span>` : nothing}</h2>
      ${statusView(seat)}
      ${languageView(locale, (chosen) => void stage.speakTo(seat, chosen).catch(() => {}))}
    </header>
    <div class="guild">
      <span class="tag"><bdi>${state?.tag ?? "…"}</bdi></span>
      <b class="guild-name clip"><bdi>${state?.name ?? ""}</bdi></b>
      <span class="points"><b data-points>${number(state?.points ?? 0, locale)}</b> ${phrases.points}</span>
      <span class="online-count"><i class="dot online"></i>${phrases.online(number(state?.onlineCount ?? 0, locale))}</span>
    </div>
    ${warView(seat, stage)}
    ${chatView(seat, () => stage.redraw())}
    <div class="buttons">
      <label class="mild"><input type="checkbox" .checked=${seat.filter === "strict"} @change=${() => {
        seat.filter = seat.filter === "strict" ? "off" : "strict";
        stage.redraw();
      }}> ${phrases.mild}</label>
      ${
        seat.mayLeave
          ? html`<button class=${seat.isAway ? "come-back" : "leave"} @click=${() => (seat.isAway ? seat.comeBack() : seat.leave())}>
              ${seat.isAway ? phrases.comeBack : phrases.leave}
            </button>`
          : nothing
      }
      <button class="grant" @click=${() => void stage.grant(seat).catch(() => {})}>${phrases.grant(seat.name)}</button>
    </div>
    <div class="below">
      ${rosterView(state, seat.player, locale)}
      ${
        stage.hasPhones
          ? phoneView(
              stage.phoneOf(seat.player),
              seat.name,
              locale,
              (id) => void stage.dismiss(seat.player, id).catch(() => {}),
            )
          : html`<p class="no-phone">${phrases.realFcm}</p>`
      }
    </div>
    ${whyView(seat.why, seat.player, locale)}
  </article>`;
};

const statusView = (seat: Seat): TemplateResult => {
  const phrases = PHRASES[seat.locale];
  const status = seat.channel?.status;
  const phase = seat.isAway ? "away" : (status?.phase ?? "connecting");
  const gaveWay = !seat.isAway && status?.phase === "closed" && status.reason === "replaced";
  const unread = seat.isAway ? 0 : (seat.channel?.unread ?? 0);
  return html`<span class="status ${phase}" role="status">${phrases[gaveWay ? "gaveWay" : phase]}</span>
    <span class="unread" data-unread=${unread} ?hidden=${unread === 0}>${phrases.unread(number(unread, seat.locale))}</span>`;
};
