import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FilterList } from "../../../shared/moderation/filter-list.ts";
import { parseList } from "./read-lists.ts";
import { seedLists } from "./seed-lists.ts";

const OWN = ["es-419", "pt-BR", "en", "allow"] as const;

/** The lists Gremio brings, least important first: the packages' seeds, its own by language, and what is allowed. Throws `WrongList`. */
export const baseLists = (): readonly FilterList[] => [
  ...seedLists(),
  ...OWN.map((name) => {
    const file = join(import.meta.dirname, "../lists", `${name}.json`);
    return parseList(file, readFileSync(file, "utf8")).list;
  }),
];
