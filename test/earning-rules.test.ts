import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { dayOf, daysAfter, weekOf } from "../server/points/earning/calendar.ts";
import { noCounters } from "../server/points/earning/counters.ts";
import { evaluate } from "../server/points/earning/evaluate.ts";
import { lineOf } from "../server/points/earning/line-of.ts";
import { openRulesFile } from "../server/points/earning/rules-file.ts";
import { readRules } from "../server/points/earning/rules-text.ts";
import {
  EARNING_NOTES,
  earningEventSchema,
  earningRuleSchema,
  earningRulesSchema,
  OWN_EVENTS,
} from "../shared/earning.ts";
import { aFolder } from "./a-folder.ts";
import { waitFor } from "./wait-for.ts";

const problemsOf = (text: string): string[] => {
  const read = readRules(text);
  return "problems" in read ? read.problems : [];
};
const won = { event: "won", player: { points: 1 } };
const inZone = (part: Record<string, unknown>): string => JSON.stringify({ zone: "UTC", ...part }, null, 1);

test("[EA10] the example of the documentation is right, and has a rule for each event of Gremio's own", async () => {
  const text = await readFile(join(import.meta.dirname, "../docs/examples/earning-rules.json"), "utf8");
  expect(problemsOf(text)).toEqual([]);
  for (const event of OWN_EVENTS) expect(text).toContain(`"event": "${event}"`);
});

const WRONG: readonly (readonly [wrong: string, problem: string])[] = [
  [
    inZone({ rules: [won, { ...won, event: "lost", caps: { day: -5 } }] }),
    "line 16, rules[1].caps.day: Too small: expected number to be >=1",
  ],
  [inZone({ rules: [{ ...won, caps: { dya: 5 } }] }), 'line 9, rules[0].caps: Unrecognized key: "dya"'],
  [inZone({ rules: [won, won] }), 'line 10, rules[1].id: "won" is another rule\'s; each needs an id of its own'],
  [inZone({ rules: [{ event: "won" }] }), "line 4, rules[0]: player or guild: what it pays"],
  [
    inZone({ rules: [{ ...won, player: { perValue: 2 } }] }),
    "line 6, rules[0].player.most: needed with perValue, so that one wrong value cannot pay a fortune",
  ],
  [
    inZone({ rules: [{ ...won, shares: [100, 101] }] }),
    "line 11, rules[0].shares[1]: Too big: expected number to be <=100",
  ],
  [JSON.stringify({ zone: "Mars/Olympus", rules: [] }), "line 1, zone: an IANA time zone such as America/Bogota"],
  [JSON.stringify({ zone: "UTC" }), "line 1, rules: Invalid input: expected array, received undefined"],
  ["[]", "line 1, the file: Invalid input: expected object, received array"],
];
test("[EA10] docs/earning.md names every field and note, and its example pays what it says", async () => {
  const text = await readFile(join(import.meta.dirname, "../docs/earning.md"), "utf8");
  const { caps, when, pair, together, player } = earningRuleSchema.shape;
  const parts = [caps.unwrap().shape, when.unwrap().shape, pair.unwrap().shape, together.unwrap().shape];
  const wholes = [earningRuleSchema.shape, player.unwrap().shape, earningRulesSchema.shape, earningEventSchema.shape];
  const fields = [...parts, ...wholes].flatMap((shape) => Object.keys(shape));
  expect([...fields, ...EARNING_NOTES].filter((name) => !text.includes(`\`${name}\``))).toEqual([]);

  const example: unknown = JSON.parse(/```json\n(\{ "event": "match-won", "player":[^`]*)```/.exec(text)?.[1] ?? "");
  const rules = earningRulesSchema.parse({ zone: "UTC", rules: [example] });
  const event = { id: "match-8841", event: "match-won", player: "ana", value: 1_250 };
  const guild = { id: "g1", rank: "member" as const, joinedAt: 0 };
  const facts = { at: Date.parse("2026-11-22"), level: 1, guild, mates: [0, 0] };
  const paid: number[][] = [];
  let counters = noCounters("2026-11-22");
  for (let win = 0; win < 12; win++) {
    const result = evaluate(rules, event, counters, facts);
    paid.push([result.player, result.guild]);
    counters = result.counters;
  }
  expect(paid.slice(0, 5)).toEqual([...Array.from({ length: 3 }, () => [26, 6]), [13, 3], [6, 1]]);
  expect(paid.reduce((sum, [own = 0]) => sum + own, 0)).toBe(26 * 3 + 13 + 8 * 6);
});

test.for(WRONG.map(([wrong, problem]) => [problem, wrong] as const))("[EA10] refused: %s", ([problem, wrong]) => {
  expect(problemsOf(wrong)).toEqual([problem]);
});

test("[EA10] what is no JSON is refused with its line", () => {
  expect(problemsOf('{\n "zone": "UTC"\n "rules": []\n}')).toEqual([expect.stringContaining("line 3")]);
});

// A file that an editor of Windows had saved was refused for a sign nobody sees.
test("[EA10] a file as editors of Windows write it is right", () => {
  const text = JSON.stringify({ zone: "UTC", rules: [won] }, null, 1);
  expect(readRules(`\ufeff${text.replaceAll("\n", "\r\n")}`)).toMatchObject({
    rules: { rules: [{ event: won.event }] },
  });
});

test("[EA9] the line of a part of a JSON text is found, whatever stands before it", () => {
  const value = { a: ['x"]}\\', { b: [1, -2.5e3, true, null, {}] }], "c,d": { "": [[], [""]] } };
  const text = JSON.stringify(value, null, 2);
  const lines = text.split("\n");
  const at = (...path: PropertyKey[]): string | undefined => lines[lineOf(text, path) - 1]?.trim();
  expect(at()).toBe("{");
  expect(at("a", 0)).toBe(JSON.stringify('x"]}\\').concat(","));
  expect([at("a", 1, "b", 1), at("a", 1, "b", 3), at("a", 1, "b", 4)]).toEqual(["-2500,", "null,", "{}"]);
  expect([at("c,d"), at("c,d", "", 1, 0), at("c,d", "", 0)]).toEqual(['"c,d": {', '""', "[],"]);
  expect([at("a", 1, "z"), at("nothing"), at("a", 9, 9)]).toEqual(["{", "{", '"a": [']);
});

test("[EA9] a changed file is in force without a restart; a wrong or missing one is told once, and the rules before it stay", async () => {
  const folder = await aFolder({ "rules.json": inZone({ rules: [won] }) });
  const file = join(folder, "rules.json");
  const told: Record<string, unknown>[] = [];
  const logger = pino({ level: "info" }, { write: (line: string) => told.push(JSON.parse(line)) });
  const opened = await openRulesFile(file, logger, 5);
  onTestFinished(() => opened.close());
  const first = opened.inForce();
  expect(first).toMatchObject({ rules: { zone: "UTC", rules: [won] } });

  await writeFile(file, inZone({ rules: [{ ...won, caps: { day: 0 } }] }));
  await waitFor(() => opened.problems().some((one) => one.includes("caps")), "the wrong file to be seen");
  const problem = "line 10, rules[0].caps.day: Too small: expected number to be >=1";
  expect(opened.problems()).toEqual([problem]);
  expect(opened.inForce()).toBe(first);
  await rm(file);
  await waitFor(() => opened.problems().some((one) => one.includes("ENOENT")), "the file to be missed");
  expect(opened.inForce()).toBe(first);

  await writeFile(`${file}.new`, inZone({ rules: [won, { ...won, event: "lost" }] }));
  await writeFile(file, await readFile(`${file}.new`, "utf8"));
  await waitFor(() => opened.inForce()?.rules.rules.length === 2, "the new rules");
  expect(opened.problems()).toEqual([]);
  expect(opened.inForce()?.version).not.toBe(first?.version);
  // Nothing else, besides what was seen while the file was being written.
  const wrong = told.filter(({ event, problems }) => event === "earning-rules-wrong" && `${problems}` === problem);
  expect(wrong).toEqual([expect.objectContaining({ file, stay: first?.version })]);
});

test("[EA9] a file nested deeper than one can walk, or with a text of megabytes, is a wrong file like others", async () => {
  const [deep, long] = ["[".repeat(200_000) + "]".repeat(200_000), "x".repeat(9_000_000)];
  for (const text of [deep, inZone({ rules: [{ ...won, x: deep }] }), inZone({ rules: [{ ...won, x: long }] })]) {
    const folder = await aFolder({ "rules.json": text });
    const opened = await openRulesFile(join(folder, "rules.json"), pino({ level: "silent" }), 5);
    onTestFinished(() => opened.close());
    expect(opened.problems()).toHaveLength(1);
  }
});

test("[EA9] a file that is wrong from the beginning gives no rules until it is right; without a file there are none at all", async () => {
  const folder = await aFolder({ "rules.json": "{" });
  const logger = pino({ level: "silent" });
  const opened = await openRulesFile(join(folder, "rules.json"), logger, 5);
  onTestFinished(() => opened.close());
  expect(opened.inForce()).toBeUndefined();
  await writeFile(join(folder, "rules.json"), inZone({ rules: [won] }));
  await waitFor(() => opened.inForce(), "the mended rules");
  const none = await openRulesFile(undefined, logger);
  expect(none.inForce()).toMatchObject({ version: null, rules: { rules: [] } });
  none.close();
});

test("[EA4] a moment's day is the zone's, summer time or not, and a week begins on Monday", () => {
  expect(dayOf(Date.parse("2026-11-22T02:59:59Z"), "America/Sao_Paulo")).toBe("2026-11-21");
  expect(dayOf(Date.parse("2026-11-22T03:00:00Z"), "America/Sao_Paulo")).toBe("2026-11-22");
  expect(dayOf(Date.parse("2026-03-08T07:59:59Z"), "America/Los_Angeles")).toBe("2026-03-07");
  expect(dayOf(Date.parse("2026-03-09T06:59:59Z"), "America/Los_Angeles")).toBe("2026-03-08");
  expect(dayOf(Date.parse("2026-03-09T07:00:00Z"), "America/Los_Angeles")).toBe("2026-03-09");
  expect([daysAfter("2027-12-31", 1), daysAfter("2028-03-01", -1)]).toEqual(["2028-01-01", "2028-02-29"]);
  expect(["2026-11-22", "2026-11-23", "2026-11-24"].map(weekOf)).toEqual(["2026-11-16", "2026-11-23", "2026-11-23"]);
});
