import { html, type TemplateResult } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import type { War } from "../../shared/api/war.ts";
import type { Seat } from "../seat.ts";
import { WAR_PHRASES } from "../war-phrases.ts";
import { date, number, time } from "./format.ts";

/** Wars that are over, the newest first. */
export const pastWarsView = ({ wars, locale, channel }: Seat): TemplateResult => {
  const phrases = WAR_PHRASES[locale];
  if (wars.past === undefined) return html`<p class="war-note">${phrases.loading}</p>`;
  if (wars.past.length === 0) return html`<p class="war-note">${phrases.noPast}</p>`;
  const guild = channel?.state?.id;
  return html`<ul class="war-past">${repeat(
    wars.past,
    ({ war }) => war,
    (war) => {
      const [one, other] = war.sides;
      const [own, their] = one.guild === guild ? [one, other] : [other, one];
      const outcome = outcomeOf(war, war.sides.indexOf(own));
      const at = war.endedAt ?? war.endsAt ?? war.at;
      return html`<li data-war=${war.war}>
        <em class="war-outcome ${outcome}">${phrases.outcomes[outcome]}</em>
        <span class="name"><bdi class="clip">${their.name}</bdi><small>${date(at, locale)} · ${time(at, locale)}</small></span>
        <b class="war-past-score">${number(own.score, locale)} : ${number(their.score, locale)}</b>
      </li>`;
    },
  )}</ul>`;
};

const outcomeOf = ({ phase, result }: War, side: number): "win" | "draw" | "loss" | "voided" => {
  if (phase === "voided" || result === undefined) return "voided";
  if (result.winner === null) return "draw";
  return result.winner === side ? "win" : "loss";
};
