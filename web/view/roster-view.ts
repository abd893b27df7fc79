import { html, nothing, type TemplateResult } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import type { GuildSnapshot } from "../../client/guild-snapshot.ts";
import type { Locale } from "../../shared/locale.ts";
import { RANKS } from "../../shared/rank.ts";
import { PHRASES } from "../phrases.ts";
import { number } from "./format.ts";

/** Who is in the guild: by rank, then by what he has brought. */
export const rosterView = (state: GuildSnapshot | undefined, me: string, locale: Locale): TemplateResult => {
  const phrases = PHRASES[locale];
  const members = [...(state?.roster.values() ?? [])].sort(
    (one, other) => RANKS.indexOf(one.rank) - RANKS.indexOf(other.rank) || other.points - one.points,
  );
  return html`<section class="roster">
    <h3>${phrases.roster} <span>${state ? number(state.memberCount, locale) : nothing}</span></h3>
    <ul>
      ${repeat(
        members,
        ({ player }) => player,
        (member) => html`<li class=${member.player === me ? "me" : ""}>
          <i class="dot ${member.online ? "online" : ""}" title=${member.online ? phrases.live : phrases.away}></i>
          <span class="name"><bdi class="clip">${member.name}</bdi><small>${phrases.ranks[member.rank]}</small></span>
          <b>${number(member.points, locale)}</b>
        </li>`,
      )}
    </ul>
  </section>`;
};
