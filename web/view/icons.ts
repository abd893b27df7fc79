import { html, nothing, svg, type TemplateResult } from "lit-html";

/** Drawn here, since not every system has these characters. `d`: the path in a square of 24; `circle`: with one around it. */
const icon = (d: string, circle = false): TemplateResult =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
    ${circle ? svg`<circle cx="12" cy="12" r="9" />` : nothing}<path d=${d} />
  </svg>`;

export const megaphone = icon("M3 10v4l3 1 9 4V5L6 9zM6 15l1.5 5H10l-1-4M18.5 9a4 4 0 0 1 0 6");
export const arrow = icon("m4 12 16-8-6 17-3-7zM11 14l4-4");
export const bolt = icon("M13 2 5 13h6l-1 9 9-12h-7z");
export const star = icon("m12 3 2.5 6.5L21 12l-6.5 2.5L12 21l-2.5-6.5L3 12l6.5-2.5z");
export const swords = icon("M4 4l16 16M18 13l-5 5M20 4 4 20M6 13l5 5");
export const crown = icon("M4 19h16M5 15 3 7l5 4 4-6 4 6 5-4-2 8z");
export const trophy = icon(
  "M8 4h8v5a4 4 0 0 1-8 0zM8 5H4v2a4 4 0 0 0 4 3M16 5h4v2a4 4 0 0 1-4 3M12 13v4M8 20h8M9 20l1-3h4l1 3",
);
export const clock = icon("M12 7v5l3 2", true);
