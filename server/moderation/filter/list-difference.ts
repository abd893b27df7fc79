import type { FilterList } from "../../../shared/moderation/filter-list.ts";

export type ListDifference = Readonly<{
  added: readonly string[];
  removed: readonly string[];
  /** `term: what it was -> what it is`. */
  changed: readonly string[];
}>;

/** What lists say, by term and language; a later list's word goes before. An allowed term is one too. */
const sayings = (lists: readonly FilterList[]): Map<string, string> => {
  const said = new Map<string, string>();
  for (const { locale, sets, entries = [], allow = [] } of lists) {
    const here = new Map<string, string>();
    for (const { terms, ...entry } of entries)
      for (const term of terms) {
        const used = [...term.matchAll(/<([A-Z]+)>/g)].map(([, name = ""]) => [name, sets?.[name]]);
        const saying = JSON.stringify(used.length === 0 ? entry : { ...entry, sets: Object.fromEntries(used) });
        const key = `${term} (${locale})`;
        const twice = here.get(key);
        here.set(key, twice === undefined || twice === saying ? saying : `${twice} ${saying}`);
      }
    for (const [key, saying] of here) said.set(key, saying);
    for (const term of allow) said.set(`allow ${term}`, "allowed");
  }
  return said;
};

/** Which terms came, went or are said otherwise from some lists to others. */
export const listDifference = (before: readonly FilterList[], after: readonly FilterList[]): ListDifference => {
  const [was, is] = [sayings(before), sayings(after)];
  const changed = [...is].filter(([term, saying]) => was.has(term) && was.get(term) !== saying);
  return {
    added: [...is.keys()].filter((term) => !was.has(term)),
    removed: [...was.keys()].filter((term) => !is.has(term)),
    changed: changed.map(([term, saying]) => `${term}: ${was.get(term)} -> ${saying}`),
  };
};
