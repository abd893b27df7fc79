import { html, type TemplateResult } from "lit-html";
import { LOCALES, type Locale, localeSchema } from "../../shared/locale.ts";
import { PHRASES } from "../phrases.ts";

const NAMES: Readonly<Record<Locale, string>> = { "es-419": "Español", "pt-BR": "Português", en: "English" };

export const languageView = (now: Locale, choose: (locale: Locale) => void): TemplateResult => {
  const onChange = (event: Event): void => {
    if (event.target instanceof HTMLSelectElement) choose(localeSchema.parse(event.target.value));
  };
  return html`<select class="language" aria-label=${PHRASES[now].language} @change=${onChange}>
    ${LOCALES.map(
      (locale) => html`<option value=${locale} lang=${locale} .selected=${locale === now}>${NAMES[locale]}</option>`,
    )}
  </select>`;
};
