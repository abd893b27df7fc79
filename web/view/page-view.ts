import { html, nothing, type TemplateResult } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import type { Locale } from "../../shared/locale.ts";
import { PHRASES } from "../phrases.ts";
import type { Stage } from "../stage.ts";
import { number, seconds } from "./format.ts";
import { bolt, star } from "./icons.ts";
import { languageView } from "./language-view.ts";
import { playerView } from "./player-view.ts";

export const pageView = (stage: Stage): TemplateResult => {
  const { locale } = stage;
  const phrases = PHRASES[locale];
  return html`
    <header class="top" lang=${locale}>
      <div class="title">
        <h1>Gremio</h1>
        ${languageView(locale, (chosen) => stage.speak(chosen))}
        <p>${phrases.tagline}</p>
        <p class="for-development">${phrases.forDevelopment}</p>
      </div>
      ${countersView(stage, locale)}
      <div class="controls">
        <button class="kill" ?disabled=${stage.kill.phase === "killed"} @click=${() => void stage.killChat()}>
          ${bolt} ${phrases.killChat}
        </button>
        <button class="tell-news" @click=${() => void stage.tellNews().catch(() => {})}>${star} ${phrases.news}</button>
        <output class="kill-state ${stage.kill.phase}">${killText(stage)}</output>
      </div>
      ${stage.hasNoTokens ? html`<p class="no-tokens" role="alert">${phrases.noTokens}</p>` : nothing}
    </header>
    <main>${repeat(
      stage.seats,
      ({ player }) => player,
      (seat) => playerView(seat, stage),
    )}</main>
  `;
};

const killText = ({ kill, locale }: Stage): string => {
  if (kill.phase === "none") return "";
  const phrases = PHRASES[locale];
  return kill.phase === "killed" ? phrases.killing : phrases.backAfter(seconds(kill.afterMs, locale));
};

const countersView = (stage: Stage, locale: Locale): TemplateResult => {
  const phrases = PHRASES[locale];
  const counts = stage.tally.counts(Date.now());
  const must = ["lost", "doubled", "disordered"] as const;
  const also = ["acknowledged", "seen", "waiting"] as const;
  return html`<dl class="counters" title=${phrases.countersNote}>
    ${must.map(
      (name) => html`<div class="must ${counts[name] === 0 ? "good" : "bad"}" data-counter=${name}>
        <dd>${number(counts[name], locale)}</dd><dt>${phrases[name]}</dt>
      </div>`,
    )}
    ${also.map(
      (name) => html`<div data-counter=${name}><dd>${number(counts[name], locale)}</dd><dt>${phrases[name]}</dt></div>`,
    )}
  </dl>`;
};
