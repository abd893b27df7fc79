import type { Locale } from "../../shared/locale.ts";

/** Owner of the keys of all rankings and seasons; they are in one bucket. */
export const RANKING = "ranking";

export type Where = { region?: string | undefined; language?: Locale | undefined };

/** As ranking.lua calls it. */
export const filterOf = ({ region, language }: Where): string =>
  [
    ...(region === undefined ? [] : [`r:${region.toLowerCase()}`]),
    ...(language === undefined ? [] : [`l:${language}`]),
  ].join("|");
