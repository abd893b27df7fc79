import { LOCALES } from "../../shared/locale.ts";
import { beginningsOf, folded } from "./folded.ts";
import type { Facts, Row } from "./listing.ts";

/** Region as it is compared. */
export const regionKey = (region: string): string => region.toUpperCase();

/** Least level to join, in steps of the double: a newcomer looks at his own step and those below. */
export const stepOf = (minLevel: number): number => (minLevel <= 0 ? 0 : 1 + Math.floor(Math.log2(minLevel)));

export const fitList = (joinMode: string, step: number, language?: string, region?: string): string =>
  [joinMode, step, language ?? "*", region === undefined ? "*" : regionKey(region)].join("|");

/** So much of the places stays free for friends of the members: fuller than that is overfull for a stranger. */
const CROWDED = 0.9;

/** From 0 (full, or nobody is let in) to 1. A guild that is nearly empty is not much of a welcome, either. */
export const roomOf = ({ row: { joinMode, members, capacity }, ending }: Facts): number => {
  if (ending || joinMode === "invitation" || joinMode === "closed" || members >= capacity || members === 0) return 0;
  const full = members / capacity;
  return full >= CROWDED ? 0.4 : 0.7 + 0.3 * Math.min(1, full / 0.25);
};

/** The lists a guild stands on: by activity, for newcomers, and by how its name and tag begin. See directory.lua. */
export type Places = { a: string[]; o: string[]; k: string[] };

export const placesOf = (facts: Facts): Places => {
  const { row } = facts;
  return { a: activityLists(row), o: roomOf(facts) > 0 ? fitLists(row) : [], k: beginnings(row) };
};

/** What a list by activity may be of; what it leaves out may be any. */
type Theme = { language?: string | undefined; region?: string | undefined; topic?: string | undefined };

/** A list by activity; `free`: of those with a free place. */
export const activityList = ({ language, region, topic }: Theme, free: boolean): string => {
  const parts = [
    ...(language === undefined ? [] : [`l:${language}`]),
    ...(region === undefined ? [] : [`r:${regionKey(region)}`]),
    ...(topic === undefined ? [] : [`t:${topic}`]),
  ];
  return `${parts.length === 0 ? "all" : parts.join("|")}${free ? "+" : ""}`;
};
export const modeList = (joinMode: string): string => `j:${joinMode}`;

/** Lists of those that have at least so much: messages (see directory.lua), free places, level. Of what is looked for the greatest step below is walked. */
const MESSAGES = 4;
const FREE_STEPS = [4, 16, 64, 256, 1_024];
const LEVEL_STEPS = [2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128];

const stepList = (kind: string, steps: readonly number[], least: number): string[] => {
  const step = steps.findLast((one) => one <= least);
  return step === undefined ? [] : [`${kind}:${step}`];
};
export const messagesList = (least: number): string =>
  `m:${MESSAGES ** Math.floor(Math.log2(least) / Math.log2(MESSAGES))}`;
export const freeList = (least: number): string[] => stepList("f", FREE_STEPS, least);
export const levelList = (least: number): string[] => stepList("g", LEVEL_STEPS, least);

const languagesOf = ({ language }: Row): readonly string[] => (language === undefined ? LOCALES : [language]);

const activityLists = (row: Row): string[] => {
  const { region, topics, joinMode, members, capacity, level } = row;
  const themes: Theme[] = [
    {},
    ...languagesOf(row).map((language) => ({ language })),
    ...(region === undefined ? [] : [{ region }, ...languagesOf(row).map((language) => ({ language, region }))]),
    ...topics.map((topic) => ({ topic })),
  ];
  const frees = members < capacity ? [false, true] : [false];
  return [
    ...themes.flatMap((theme) => frees.map((free) => activityList(theme, free))),
    ...[modeList(joinMode), ...FREE_STEPS.filter((step) => capacity - members >= step).map((step) => `f:${step}`)],
    ...LEVEL_STEPS.filter((step) => level >= step).map((step) => `g:${step}`),
  ];
};

const fitLists = (row: Row): string[] => {
  const { joinMode, minLevel, region } = row;
  const step = stepOf(minLevel);
  return [
    fitList(joinMode, step),
    ...languagesOf(row).flatMap((language) => [
      fitList(joinMode, step, language),
      ...(region === undefined ? [] : [fitList(joinMode, step, language, region)]),
    ]),
  ];
};

const beginnings = ({ name, tag }: Row): string[] => [
  ...beginningsOf(name).map((beginning) => `name:${beginning}`),
  ...(tag === "" ? [] : [`tag:${folded(tag)}`]),
];
