import { html, type TemplateResult } from "lit-html";

const HUES = 8;
const segmenter = new Intl.Segmenter();

/** The first letter of a name, on the colour that belongs to the member's number. */
export const avatarView = (name: string, number: number): TemplateResult => {
  const [first] = segmenter.segment(name.trim());
  return html`<span class="avatar hue-${number % HUES}" aria-hidden="true">${first?.segment.toUpperCase() ?? "?"}</span>`;
};
