import { html, nothing, type TemplateResult } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import type { Why } from "../../shared/api/dev-page.ts";
import type { Locale } from "../../shared/locale.ts";
import type { WhyDesk } from "../why-desk.ts";
import { WHY_PHRASES } from "../why-phrases.ts";
import { time } from "./format.ts";

type Shown = Why["decisions"][number];

/** Why a player was told by push or was not: each decision with all it was made from, what went out and what came back. */
export const whyView = (desk: WhyDesk, player: string, locale: Locale): TemplateResult => {
  const phrases = WHY_PHRASES[locale];
  const { decisions, isOpen } = desk;
  const id = `why-${player}`;
  return html`<section class="why">
    <button class="why-toggle" aria-expanded=${isOpen ? "true" : "false"} aria-controls=${id} @click=${() => desk.toggle()}>${phrases.why}</button>
    <ol class="why-list" id=${id} ?hidden=${!isOpen} aria-label=${phrases.why}>
      ${isOpen && decisions.length === 0 ? html`<li class="why-nothing">${phrases.nothing}</li>` : nothing}
      ${repeat(
        isOpen ? decisions : [],
        ({ id: decision }) => decision,
        (decision) => cardView(decision, locale),
      )}
    </ol>
  </section>`;
};

const cardView = (decision: Shown, locale: Locale): TemplateResult => {
  const { at, about, outcome, reason, words, until, inputs, again, push } = decision;
  const phrases = WHY_PHRASES[locale];
  const kind = typeof inputs.kind === "string" ? inputs.kind : (push?.kind ?? phrases[about.type]);
  return html`<li class="why-card ${outcome}" data-reason=${reason}>
    <p class="why-head">
      <b>${phrases.outcomes[outcome]}</b>
      ${until === undefined ? nothing : html`<span>${phrases.until(time(until, locale))}</span>`}
      <time datetime=${new Date(at).toISOString()}>${time(at, locale)}</time>
    </p>
    <p class="why-words">${words || reason}</p>
    <p class="why-about"><small>${kind} · <bdi>${about.channel}</bdi>${about.seq > 0 ? ` #${about.seq}` : ""}</small></p>
    ${push === undefined ? nothing : sentView(decision, locale)}
    <details>
      <summary>${phrases.inputs}</summary>
      <dl>${Object.entries(inputs).map(
        ([name, value]) =>
          html`<div><dt>${name}</dt><dd>${typeof value === "string" ? value : JSON.stringify(value)}</dd></div>`,
      )}</dl>
      <p class="why-again ${again ? "yes" : "no"}">${phrases.again(again)}</p>
    </details>
  </li>`;
};

const sentView = ({ sent = {}, answers = {}, reports, push }: Shown, locale: Locale): TemplateResult => {
  const phrases = WHY_PHRASES[locale];
  const first = (times: Readonly<Record<string, number>> | undefined): string => {
    const found = Object.values(times ?? {});
    return found.length === 0 ? phrases.notYet : time(Math.min(...found), locale);
  };
  return html`<div class="why-sent">
    <small>${phrases.sent}: <bdi>${push?.tag ?? ""}</bdi></small>
    <ul>${Object.entries(sent).map(
      ([device, result]) => html`<li><bdi>${device}</bdi>: ${result} <code>${answers[device] ?? ""}</code></li>`,
    )}</ul>
    <small class="why-reports">${phrases.received}: ${first(reports?.received)} · ${phrases.opened}: ${first(reports?.opened)}</small>
  </div>`;
};
