import { html, nothing, type TemplateResult } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import type { OperationAnswer } from "../../shared/operations.ts";
import { PHRASES } from "../phrases.ts";
import type { Seat } from "../seat.ts";
import { WAR_PHRASES } from "../war-phrases.ts";
import { ago, number } from "./format.ts";

type LineUp = OperationAnswer<"getLineUp">;
type Candidate = LineUp["members"][number];

/** Who is in, who would fight, and whom the leader has picked. */
export const lineUpView = (seat: Seat): TemplateResult => {
  const { wars, locale } = seat;
  const phrases = WAR_PHRASES[locale];
  const { lineUp } = wars;
  if (lineUp === undefined) return html`<p class="war-note">${phrases.loading}</p>`;
  const { fighters, ready, memberCount, members, locked, picked } = lineUp;
  const [f, r, m] = [fighters, ready, memberCount].map((count) => number(count, locale));
  return html`
    <p class="war-note"><b>${phrases.lineUpSums(f ?? "", r ?? "", m ?? "")}</b><br>${locked ? phrases.lockedNote : phrases.pickNote}</p>
    <ul class="war-line-up">${repeat(
      members,
      ({ player }) => player,
      (member) => candidateView(member, lineUp, seat),
    )}</ul>
    ${picked === 0 || locked ? nothing : html`<button class="by-strength" ?disabled=${wars.busy} @click=${() => void wars.pick([])}>${phrases.byStrength}</button>`}`;
};

const candidateView = (member: Candidate, { members, locked }: LineUp, { wars, locale, channel }: Seat) => {
  const phrases = WAR_PHRASES[locale];
  const { player, name, level, power, ready, pick, fights, isNew, seenAt } = member;
  const isOnline = channel?.state?.roster.get(player)?.online ?? false;
  const seen = seenAt === undefined ? phrases.never : ago(wars.now - seenAt, locale);
  const toggle = (): void => {
    const picks = members
      .filter((one) => one.pick !== undefined)
      .sort((one, other) => (one.pick ?? 0) - (other.pick ?? 0))
      .map((one) => one.player);
    void wars.pick(pick === undefined ? [...picks, player] : picks.filter((one) => one !== player));
  };
  return html`<li class="${fights ? "fights" : ""} ${ready ? "" : "is-out"}" data-candidate=${player}>
    <button class="pick" aria-pressed=${pick === undefined ? "false" : "true"} aria-label=${pick === undefined ? phrases.pick(name) : phrases.unpick(name)}
      ?disabled=${locked || !ready || wars.busy} @click=${toggle}>${pick === undefined ? "+" : number(pick, locale)}</button>
    <span class="name"><bdi class="clip">${name}</bdi>
      <small>${phrases.lvl(number(level, locale))} · ${phrases.power(number(power, locale))} · ${isOnline ? PHRASES[locale].live : seen}</small></span>
    ${ready ? (fights ? html`<em class="does-fight">${phrases.fights}</em>` : isNew ? html`<em>${phrases.tooNew}</em>` : nothing) : html`<em>${phrases.out}</em>`}
  </li>`;
};
