import { html, nothing, svg, type TemplateResult } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import type { WarSnapshot } from "../../client/war-snapshot.ts";
import type { Locale } from "../../shared/locale.ts";
import type { Seat } from "../seat.ts";
import type { Stage } from "../stage.ts";
import { WAR_PHRASES } from "../war-phrases.ts";
import { countdown, number, time } from "./format.ts";
import { crown, swords, trophy } from "./icons.ts";
import { warResultOf } from "./war-result-card-view.ts";

type WarSide = WarSnapshot["sides"][number];

const SHOWN_BEST = 3;
const SHOWN_EVENTS = 4;

/** The war a guild is in, or was in last; one's own side on the left. */
export const warBannerView = (war: WarSnapshot, seat: Seat, stage: Stage): TemplateResult => {
  const { locale, wars } = seat;
  const phrases = WAR_PHRASES[locale];
  const ours = war.sides[0].guild === seat.channel?.state?.id ? 0 : 1;
  const [own, other] = [war.sides[ours], war.sides[ours === 0 ? 1 : 0]];
  const { label, at } = nextOf(war, locale);
  const left = at - wars.now;
  return html`<div class="war-banner ${war.phase}" data-war=${war.id} data-phase=${war.phase}>
    <div class="war-top">
      <span class="war-phase">${phrases.phases[war.phase] ?? war.phase}</span>
      <span class="war-mode clip" dir="auto">${war.modeName[locale] ?? war.mode}</span>
      ${
        at === 0
          ? nothing
          : html`<span class="war-countdown" role="timer"><small>${label}</small> <b>${left > 0 ? countdown(left) : phrases.anyMoment}</b></span>`
      }
    </div>
    ${war.phase === "settled" ? resultView(war, ours, seat) : nothing}
    <div class="war-sides">
      ${sideView(own, war.lead === ours, "ours", locale)}
      <span class="war-versus">${swords}</span>
      ${sideView(other, war.lead !== undefined && war.lead !== ours, "theirs", locale)}
    </div>
    ${war.phase === "active" || war.outcome !== "" ? balanceView(own.score, other.score) : nothing}
    ${war.phase === "active" ? leadView(war, locale) : nothing}
    ${war.phase === "preparing" ? callOffView(war, ours, other, seat) : nothing}
    ${war.phase === "active" ? ownPartView(war, seat, stage) : nothing}
    ${
      own.top.length + other.top.length === 0
        ? nothing
        : html`<div class="war-best" aria-label=${phrases.best} role="group">${[own, other].map((side) => bestView(side, locale))}</div>`
    }
    ${war.phase === "active" || war.phase === "settling" ? eventsView(war, ours, locale) : nothing}
  </div>`;
};

/** What comes next, and when: 0 when nothing does. */
const nextOf = ({ phase, lockAt, startsAt, endsAt, sides }: WarSnapshot, locale: Locale) => {
  const phrases = WAR_PHRASES[locale];
  if (phase === "active") return { label: phrases.endsIn, at: endsAt };
  if (phase !== "preparing") return { label: "", at: 0 };
  // With the lock it is known how many fight.
  const isLocked = sides.some(({ fighters }) => fighters > 0) || lockAt === startsAt;
  return isLocked ? { label: phrases.startsIn, at: startsAt } : { label: phrases.locksIn, at: lockAt };
};

const sideView = (
  { name, tag, score, battles, fighters }: WarSide,
  leads: boolean,
  whose: "ours" | "theirs",
  locale: Locale,
): TemplateResult => {
  const phrases = WAR_PHRASES[locale];
  return html`<div class="war-side ${whose} ${leads ? "leads" : ""}">
    <span class="war-who"><span class="tag"><bdi>${tag}</bdi></span>${leads ? html`<i class="war-crown" title=${phrases.leads}>${crown}</i>` : nothing}</span>
    <bdi class="war-name clip">${name}</bdi>
    <strong class="war-score" data-score=${whose}>${number(score, locale)}</strong>
    <small>${fighters === 0 ? nothing : html`${phrases.fighters(number(fighters, locale))} · ${phrases.battles(number(battles, locale))}`}</small>
  </div>`;
};

/** How the points are shared, as a bar. */
const balanceView = (own: number, other: number): TemplateResult => {
  const share = own + other === 0 ? 50 : (100 * own) / (own + other);
  return html`<svg class="war-balance" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
    ${svg`<rect class="theirs" width="100" height="4" /><rect class="ours" width=${share.toFixed(1)} height="4" />`}
  </svg>`;
};

const leadView = ({ lead, sides }: WarSnapshot, locale: Locale): TemplateResult => {
  const phrases = WAR_PHRASES[locale];
  return html`<p class="war-lead">${lead === undefined ? phrases.level : html`<bdi>${sides[lead].name}</bdi> ${phrases.leads}`}</p>`;
};

const callOffView = ({ id }: WarSnapshot, ours: 0 | 1, other: WarSide, seat: Seat) => {
  const { wars, locale } = seat;
  const phrases = WAR_PHRASES[locale];
  // Asked for by one side it shows in the war alone, not in the state.
  const war = wars.standing?.war?.war === id ? wars.standing.war : undefined;
  const [own, theirs] = [war?.sides[ours].callsOff ?? false, war?.sides[ours === 0 ? 1 : 0].callsOff ?? false];
  return html`${theirs ? html`<p class="war-note" dir="auto">${phrases.theyCallOff(other.name)}</p>` : nothing}
    ${
      seat.may("launchWar") && !seat.isAway
        ? html`<div class="war-buttons"><button class="call-off" aria-pressed=${own ? "true" : "false"} ?disabled=${wars.busy}
            @click=${() => void wars.callOff(id, !own)}>${own ? phrases.callOffBack : phrases.callOff}</button></div>`
        : nothing
    }`;
};

/** What is left to do for him, and the button that has the game let him do it. */
const ownPartView = ({ id }: WarSnapshot, seat: Seat, stage: Stage): TemplateResult => {
  const { locale, wars } = seat;
  const phrases = WAR_PHRASES[locale];
  const part = seat.channel?.me?.war;
  if (part === undefined || part.id !== id || !part.fighter)
    return html`<p class="war-note">${phrases.notFighting}</p>`;
  const { attempts, attemptsLeft } = part;
  return html`<div class="war-part">
    <span class="war-attacks" data-left=${attemptsLeft}>${phrases.attacks(number(attemptsLeft, locale), number(attempts, locale))}</span>
    <button class="battle primary" title=${phrases.battleNote} ?disabled=${attemptsLeft === 0 || seat.isAway} @click=${() => void stage.fight(seat)}>${swords} ${phrases.battle}</button>
    <output class="war-fought">${wars.fought === undefined ? nothing : phrases.fought(number(wars.fought, locale))}</output>
  </div>`;
};

const bestView = ({ top, tag }: WarSide, locale: Locale): TemplateResult => html`<ol>
    ${
      top.length === 0
        ? html`<li class="nobody">${WAR_PHRASES[locale].nobodyYet}</li>`
        : repeat(
            top.slice(0, SHOWN_BEST),
            ({ player }) => `${tag}${player}`,
            ({ name, score }) =>
              html`<li><bdi class="clip">${name}</bdi><b class="war-brought">${number(score, locale)}</b></li>`,
          )
    }
  </ol>`;

const eventsView = (war: WarSnapshot, ours: 0 | 1, locale: Locale): TemplateResult => {
  const phrases = WAR_PHRASES[locale];
  const lines = war.events.flatMap(({ number: id, at, what, side, name, score }) => {
    const words = wordsOf(what, { guild: side === undefined ? "" : war.sides[side].name, name, score }, locale);
    return words === undefined ? [] : [{ id, at, words, side }];
  });
  return html`<ul class="war-events" aria-label=${phrases.latest}>${repeat(
    lines.slice(0, SHOWN_EVENTS),
    ({ id }) => id,
    ({ at, words, side }) =>
      html`<li><time>${time(at, locale)}</time> ${side === undefined ? nothing : html`<span class="tag war-event-tag ${side === ours ? "ours" : "theirs"}"><bdi>${war.sides[side].tag}</bdi></span>`} <span dir="auto">${words}</span></li>`,
  )}</ul>`;
};

const wordsOf = (
  what: string,
  { guild, name, score }: { guild: string; name: string; score: number },
  locale: Locale,
): string | undefined => {
  const { events } = WAR_PHRASES[locale];
  if (what === "battle") return events.battle(name, number(score, locale));
  if (what === "lead") return events.lead(guild);
  if (what === "void") return events.void(name);
  return what === "start" || what === "end" ? events[what] : undefined;
};

const resultView = (war: WarSnapshot, ours: 0 | 1, { channel, locale }: Seat): TemplateResult | typeof nothing => {
  const phrases = WAR_PHRASES[locale];
  if (war.outcome === "") return nothing;
  const outcome = war.outcome === "draw" ? "draw" : Number(war.outcome) === ours ? "win" : "loss";
  // A result that was corrected since gave other points.
  const card = channel?.entries
    .map(warResultOf)
    .findLast((told) => told?.war === war.id && told.outcome === outcome && told.ours === war.sides[ours].score);
  return html`<p class="war-result ${outcome}">${outcome === "win" ? trophy : swords} <strong>${phrases.outcomes[outcome]}</strong>
    ${card === undefined || card.points === 0 ? nothing : html`<span class="war-gain">${phrases.points(number(card.points, locale))}</span>`}</p>`;
};
