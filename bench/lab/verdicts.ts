import type { AtNoise, Row } from "./lab.ts";

/** The oracle is no baseline: nobody can have its knowledge. */
const NOT_COMPARED: ReadonlySet<string> = new Set(["ours", "oracle"]);

export type Verdicts = { readonly wins: readonly string[]; readonly losses: readonly string[] };

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** Where ours is better and where it loses, in plain words. No figure is left out because of how it came out. */
export const verdictsOf = ({ noise, rows }: AtNoise): Verdicts => {
  const ours = rows.find(({ policy }) => policy === "ours");
  if (ours === undefined) return { wins: [], losses: [] };
  const [wins, losses]: [string[], string[]] = [[], []];
  const say = (isGood: boolean, text: string): void => void (isGood ? wins : losses).push(text);
  const at = `At ${percent(noise).replace(".00", "")} noise`;
  const { pushes, missed, digests, mostDigests, violations, duplicates } = ours.figures;

  const others = rows.filter(({ policy }) => !NOT_COMPARED.has(policy));
  const missNoMore = others.filter(({ figures }) => figures.missed.value <= missed.value);
  for (const { policy, figures } of missNoMore) {
    const fewer =
      pushes.value < figures.pushes.value && ours.figures.importantPushes.value < figures.importantPushes.value;
    say(
      fewer,
      `${at} ${policy} misses no more than ours (${percent(figures.missed.value)} against ${percent(missed.value)}) and sends ${figures.pushes.value.toFixed(2)} pushes a player and day (${figures.importantPushes.value.toFixed(2)} of them important) against ${pushes.value.toFixed(2)} (${ours.figures.importantPushes.value.toFixed(2)}).`,
    );
  }
  for (const { policy, figures } of others.filter((one) => !missNoMore.includes(one)))
    say(
      pushes.value < figures.pushes.value,
      `${at} ${policy} misses more than ours (${percent(figures.missed.value)} against ${percent(missed.value)}) with ${figures.pushes.value.toFixed(2)} pushes a player and day against ${pushes.value.toFixed(2)}.`,
    );
  say(
    digests.value <= 1 && mostDigests.value <= 1,
    `Ours sends ${digests.value.toFixed(2)} digests a player and day; the most anybody got in 24 hours is ${mostDigests.value}.`,
  );
  say(
    violations.value === 0,
    `Ours breaks quiet hours ${violations.value === 0 ? "never" : `${violations.value.toFixed(3)} times a player and day`}.`,
  );
  say(duplicates.value === 0, `Ours tells ${duplicates.value.toFixed(3)} notices a player and day a second time.`);
  losses.push(...withDigests(ours, others), ...slower(ours, others));
  return { wins, losses };
};

/** A digest is a notification, too, though a passive one. */
const withDigests = (ours: Row, others: readonly Row[]): string[] => {
  const all = ({ figures }: Row): number => figures.pushes.value + figures.digests.value;
  const fewer = others.filter((row) => all(row) < all(ours));
  if (fewer.length === 0) return [];
  const whose = fewer.map((row) => `${row.policy} ${all(row).toFixed(2)}`).join(", ");
  return [`With digests counted as pushes ours sends ${all(ours).toFixed(2)} a player and day, ${whose}.`];
};

/** What ours pays for its silence. */
const slower = (ours: Row, others: readonly Row[]): string[] => {
  const better = (
    name: "missed" | "toNotifyP50" | "toNotifyP95" | "slept",
    text: string,
    unit: (value: number) => string,
  ): string[] => {
    const best = others.filter(({ figures }) => figures[name].value < ours.figures[name].value);
    if (best.length === 0) return [];
    const whose = best.map(({ policy, figures }) => `${policy} ${unit(figures[name].value)}`).join(", ");
    return [`${text}: ours ${unit(ours.figures[name].value)}, ${whose}.`];
  };
  const seconds = (value: number): string => `${value.toFixed(0)} s`;
  const more = others.filter(({ figures }) => figures.readInTime.value > ours.figures.readInTime.value);
  return [
    ...better("missed", "Missed, of what is important", percent),
    ...better("toNotifyP50", "Slower to tell, median", seconds),
    ...better("toNotifyP95", "Slower to tell, p95", seconds),
    ...better("slept", "Important, and over before the quiet hours that held it ended", percent),
    ...(more.length === 0
      ? []
      : [
          `Fewer important ones were read in time than with ${more.map(({ policy, figures }) => `${policy} (${percent(figures.readInTime.value)})`).join(", ")}: ours ${percent(ours.figures.readInTime.value)}. In the model every push is another chance to be led to the chat, at night too.`,
        ]),
  ];
};

/** What ours is to be: more quiet than whatever misses no more, at most one digest for anybody in 24 hours, and silent in quiet hours. */
export const reachesGoal = ({ rows }: AtNoise): boolean => {
  const ours = rows.find(({ policy }) => policy === "ours");
  if (ours === undefined) return false;
  const { pushes, importantPushes, missed, digests, mostDigests, violations } = ours.figures;
  const better = rows.filter(
    ({ policy, figures }) =>
      !NOT_COMPARED.has(policy) &&
      figures.missed.value <= missed.value &&
      (figures.pushes.value <= pushes.value || figures.importantPushes.value <= importantPushes.value),
  );
  return better.length === 0 && digests.value <= 1 && mostDigests.value <= 1 && violations.value === 0;
};
