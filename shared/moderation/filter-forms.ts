import type { Locale } from "../locale.ts";

export type Inflection = "exact" | "plural" | "noun" | "adj" | "verb";

/** A stem before endings that begin with e or i: `chingar`, `chingue`; `coger`, `cojo` are the reverse. */
const beforeE = (stem: string): string => {
  if (stem.endsWith("c")) return `${stem.slice(0, -1)}qu`;
  if (stem.endsWith("g")) return `${stem}u`;
  return stem.endsWith("z") ? `${stem.slice(0, -1)}c` : stem;
};
const beforeA = (stem: string): string => (stem.endsWith("g") ? `${stem.slice(0, -1)}j` : stem);

const each = (stem: string, endings: string): string[] => endings.split(" ").map((ending) => stem + ending);

const spanishName = (word: string, bothGenders: boolean): string[] => {
  const last = word.at(-1) ?? "";
  const stem = word.slice(0, -1);
  if (last === "o" || last === "a") {
    const own = bothGenders ? each(stem, "o a os as e es x xs") : [word, `${word}s`];
    return [
      ...own,
      ...each(beforeE(stem), "ito ita itos itas illo illa illos illas isimo isima"),
      ...each(stem, "azo aza azos azas ote ota otes otas"),
    ];
  }
  if ("aeiou".includes(last)) return [word, `${word}s`];
  const softer = last === "z" ? `${stem}c` : word;
  const base = [word, `${softer}es`, `${softer}cito`, `${softer}citos`, `${word}azo`, `${word}azos`, `${word}zote`];
  return bothGenders ? [...base, ...each(word, "a as aza azas"), ...each(softer, "cita citas"), `${word}zota`] : base;
};

const CLITICS = "me te se lo la le los las les nos melo mela telo tela selo sela";
const spanishVerb = (verb: string): string[] => {
  const stem = verb.slice(0, -2);
  const first = verb.endsWith("ar");
  const [soft, hard] = [first ? beforeE(stem) : stem, first ? stem : beforeA(stem)];
  const done = first ? each(stem, "ado ada ados adas") : each(stem, "ido ida idos idas");
  const doing = stem + (first ? "ando" : "iendo");
  const common = [verb, doing, ...done, ...each(verb, "e as a an emos ia ias ian"), ...each(verb, CLITICS)];
  const clitics = each(doing, CLITICS);
  const mood = first
    ? [
        ...each(stem, "o as a amos an aste o aron aba abas aban ate ense ame ala alo ale atela"),
        ...each(soft, "e es en emos"),
      ]
    : [...each(stem, "es e emos en i iste io ieron ia ias ian ete eme"), ...each(hard, "o a as amos an anse")];
  return [...common, ...clitics, ...mood];
};

const portugueseName = (word: string, bothGenders: boolean): string[] => {
  const last = word.at(-1) ?? "";
  if (word.endsWith("ao")) {
    const stem = word.slice(0, -2);
    return [word, ...each(stem, "oes aos aozinho"), ...(bothGenders ? each(stem, "ona onas") : [])];
  }
  if (last === "o" || last === "a") {
    const stem = word.slice(0, -1);
    const own = bothGenders ? each(stem, "o a os as e es") : [word, `${word}s`];
    return [...own, ...each(beforeE(stem), "inho inha inhos inhas"), ...each(stem, "ao oes ona onas")];
  }
  if ("aeiou".includes(last)) return [word, `${word}s`, `${word}zinho`, `${word}zinha`, `${word}zao`];
  if (last === "r" || last === "z" || last === "s") return [word, `${word}es`, ...(bothGenders ? [`${word}a`] : [])];
  if (last === "l") return [word, `${word.slice(0, -1)}is`];
  return [word, `${word}s`];
};

const portugueseVerb = (verb: string): string[] => {
  const stem = verb.slice(0, -2);
  const inflected = verb.endsWith("ar")
    ? [
        ...each(stem, "o as a amos am ei ou aste aram ava avam ando ado ada ados adas"),
        ...each(beforeE(stem), "e es em"),
      ]
    : [...each(stem, "o es e emos em i eu eram ia iam endo ido ida idos idas"), ...each(beforeA(stem), "a as am")];
  return [verb, ...inflected, ...each(verb, "em mos se me te lo la")];
};

const englishName = (word: string): string[] => {
  if (/[sxz]$|[cs]h$/.test(word)) return [word, `${word}es`];
  return [word, `${word}s`, ...(word.endsWith("y") ? [`${word.slice(0, -1)}ies`] : [])];
};
const englishVerb = (word: string): string[] => {
  const stem = word.endsWith("e") ? word.slice(0, -1) : word;
  return [...englishName(word), ...each(stem, "ed ing in er ers")];
};

/** A folded word with its inflections, by the rules of its language. Forms nobody says do no harm: nobody says them. */
export const formsOfTerm = (word: string, as: Inflection, locale: Locale): readonly string[] => {
  const all = (): string[] => {
    if (as === "exact") return [word];
    const last = word.at(-1) ?? "";
    if (locale === "en") return as === "verb" ? englishVerb(word) : englishName(word);
    if (as === "plural") return [word, "aeiou".includes(last) ? `${word}s` : `${word}es`];
    if (locale === "pt-BR") return as === "verb" ? portugueseVerb(word) : portugueseName(word, as === "adj");
    return as === "verb" ? spanishVerb(word) : spanishName(word, as === "adj");
  };
  return [...new Set(all())];
};
