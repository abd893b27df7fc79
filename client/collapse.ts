import type { Entry } from "../shared/entry.ts";
import type { Locale } from "../shared/locale.ts";

type Coming = Extract<Entry, { kind: "joined" | "left" | "kicked" | "rank" }>;

/** Several entries of the same kind that follow each other, shown as one line. `who`: numbers of members, each once, in the order of the entries. */
export type Run = { kind: Coming["kind"]; entries: Coming[]; who: number[] };
/** A line of the screen: an entry, or several as one. */
export type Line = { entry: Entry } | { run: Run };

const isComing = (entry: Entry): entry is Coming =>
  entry.kind === "joined" || entry.kind === "left" || entry.kind === "kicked" || entry.kind === "rank";

/** What is never shown lies between others without dividing them. */
const SILENT: ReadonlySet<Entry["kind"]> = new Set(["void", "edit", "deleted", "pin", "outcome", "purged"]);

/**
 * Entries as lines of the screen, in their order: those who came, left, were removed or got a rank, one after the other with nothing shown between them, are one line
 * when they are at least `least`. What is not shown is left out.
 */
export const collapse = (entries: readonly Entry[], least = 3): Line[] => {
  const lines: Line[] = [];
  let run: Coming[] = [];
  const end = (): void => {
    const [first] = run;
    if (first !== undefined && run.length >= least)
      lines.push({ run: { kind: first.kind, entries: run, who: [...new Set(run.map(({ body }) => body.who))] } });
    else lines.push(...run.map((entry) => ({ entry })));
    run = [];
  };
  for (const entry of entries) {
    if (SILENT.has(entry.kind)) continue;
    if (!isComing(entry)) {
      end();
      lines.push({ entry });
      continue;
    }
    if (run[0]?.kind !== entry.kind) end();
    run.push(entry);
  }
  end();
  return lines;
};

const TEXTS: Record<Locale, Record<Run["kind"], (people: string, count: number) => string>> = {
  "es-419": {
    joined: (people, count) => `${people} ${count === 1 ? "se unió" : "se unieron"}`,
    left: (people, count) => `${people} ${count === 1 ? "se fue" : "se fueron"}`,
    kicked: (people, count) => `${people} ${count === 1 ? "fue expulsado" : "fueron expulsados"}`,
    rank: (people, count) => `${people} ${count === 1 ? "tiene otro rango" : "tienen otro rango"}`,
  },
  "pt-BR": {
    joined: (people, count) => `${people} ${count === 1 ? "entrou" : "entraram"}`,
    left: (people, count) => `${people} ${count === 1 ? "saiu" : "saíram"}`,
    kicked: (people, count) => `${people} ${count === 1 ? "foi expulso" : "foram expulsos"}`,
    rank: (people, count) => `${people} ${count === 1 ? "tem outro cargo" : "têm outro cargo"}`,
  },
  en: {
    joined: (people) => `${people} joined`,
    left: (people) => `${people} left`,
    kicked: (people, count) => `${people} ${count === 1 ? "was removed" : "were removed"}`,
    rank: (people, count) => `${people} ${count === 1 ? "has another rank" : "have another rank"}`,
  },
};

/** A run in words: with the name when it is about one, else with how many they are. */
export const collapsedText = ({ kind, who }: Run, locale: Locale, nameOf: (number: number) => string): string => {
  const [only = 0] = who;
  return TEXTS[locale][kind](who.length === 1 ? nameOf(only) : String(who.length), who.length);
};
