import type { Judged } from "./judge.ts";
import { limitOf } from "./judge.ts";
import type { Shown } from "./stories.ts";

/** Three digits that count: more would be noise. */
const DIGITS = 3;

export const number = (value: number): string =>
  value.toLocaleString("en-US", { maximumSignificantDigits: DIGITS }).replace("-", "−");

export const withUnit = (value: number, unit: string): string =>
  unit === "share" ? `${number(value * 100)} %` : `${number(value)} ${unit}`;

/** What is compared; undefined when it is nothing but our figure. */
export const comparedInWords = ({ as, unit }: Shown, { compared }: Judged): string | undefined => {
  if (as === "itself") return undefined;
  return as === "ratio" ? number(compared) : `${compared < 0 ? "−" : "+"} ${withUnit(Math.abs(compared), unit)}`;
};

export const reachInWords = ({ as, unit, reach, everyRound }: Shown): string | undefined => {
  if (reach === undefined) return undefined;
  const limit = limitOf(reach);
  const written = as === "ratio" ? number(limit) : withUnit(limit, unit);
  return `${"atLeast" in reach ? "≥" : "≤"} ${as === "difference" ? "+ " : ""}${written}${everyRound ? " in every round" : ""}`;
};
