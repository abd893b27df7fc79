import { html, type TemplateResult } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import type { Seat } from "../seat.ts";
import { WAR_PHRASES } from "../war-phrases.ts";
import { length, number } from "./format.ts";
import { swords } from "./icons.ts";

/** Where a leader chooses how and against whom. */
export const launchView = ({ wars, locale }: Seat): TemplateResult => {
  const phrases = WAR_PHRASES[locale];
  const chosen = wars.modes.find(({ mode }) => mode === wars.mode);
  return html`
    <label class="war-field"><span>${phrases.mode}</span>
      <select class="war-mode-choice" @change=${({ currentTarget }: Event) => {
        if (currentTarget instanceof HTMLSelectElement) wars.choose(currentTarget.value);
      }}>${wars.modes.map(
        ({ mode, name }) => html`<option value=${mode} .selected=${mode === wars.mode}>${name[locale]}</option>`,
      )}</select>
    </label>
    ${
      chosen === undefined
        ? html`<p class="war-note">${phrases.loading}</p>`
        : html`<p class="war-note">${phrases.facts(length(chosen.minutes, locale), number(chosen.attempts, locale), number(chosen.roster.most, locale))}</p>`
    }
    <input class="war-search" type="search" .value=${wars.search} placeholder=${phrases.search} aria-label=${phrases.search} autocomplete="off" maxlength="32" dir="auto"
      @input=${({ currentTarget }: Event) => {
        if (currentTarget instanceof HTMLInputElement) wars.lookFor(currentTarget.value);
      }}>
    ${
      wars.found?.length === 0
        ? html`<p class="war-note">${phrases.nobodyFound}</p>`
        : html`<ul class="war-found">${repeat(
            wars.found ?? [],
            ({ id }) => id,
            ({ id, name, tag, members }) => html`<li data-guild=${id}>
              <span class="tag"><bdi>${tag}</bdi></span>
              <span class="name"><bdi class="clip">${name}</bdi><small>${phrases.members(number(members, locale))}</small></span>
              <button class="challenge primary" aria-label=${phrases.challengeName(name)} ?disabled=${wars.busy || chosen === undefined} @click=${() => void wars.challenge(id)}>${swords} ${phrases.challenge}</button>
            </li>`,
          )}</ul>`
    }
    <button class="seek" ?disabled=${wars.busy || chosen === undefined} @click=${() => void wars.seek()}>${phrases.seek}</button>`;
};
