import { baseLists } from "../server/moderation/filter/base-lists.ts";
import { type Filter, type Judged, makeFilter } from "../shared/moderation/filter.ts";
import type { FilterChoice } from "../shared/moderation/filter-policy.ts";

let base: Filter | undefined;

/** The filter of Gremio's own lists; made once in a process. */
export const ourFilter = (): Filter => {
  base ??= makeFilter(baseLists());
  return base;
};

/** A text judged as somebody in this country wrote it. */
export const judgedIn = (
  country: string,
  text: string,
  strictness: FilterChoice = "strict",
  filter = ourFilter(),
): Judged => filter.judge(text, { locale: country === "BR" ? "pt-BR" : "es-419", country, strictness });
