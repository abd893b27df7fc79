import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { LONGEST_WAIT_MS } from "../server/channel/frame-window.ts";
import { DRAINED_UNSENT_BYTES, HELD_MS, SOFT_UNREPORTED, SOFT_UNSENT_BYTES } from "../server/channel/standing.ts";
import { memberCardSchema } from "../shared/cards/member-card.ts";
import { CLOSE_CODES, closePolicy } from "../shared/close-code.ts";
import { COMMANDS } from "../shared/commands.ts";
import { CURSOR_REPORT, REPORT_AFTER } from "../shared/cursor-report.ts";
import { BODY_SCHEMAS, ENTRY_KINDS, type EntryKind } from "../shared/entry.ts";
import { isErrorCode } from "../shared/errors.ts";
import { decodeFrame } from "../shared/frame.ts";
import { LIMITS } from "../shared/limits.ts";
import { joinAnswerSchema, joinRequestSchema, MESSAGES, meSchema, PROTOCOL, pageSchema } from "../shared/protocol.ts";
import { recordedMessages } from "./recorded-messages.ts";

const page = await readFile(join(import.meta.dirname, "../docs/protocol.md"), "utf8");
const recorded = await recordedMessages();

const section = (heading: string): string => page.split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
/** The rows of the tables under a heading, each as its cells. */
const rowsOf = (text: string): string[][] =>
  text
    .split("\n")
    .filter((line, index, lines) => line.startsWith("| ") && !(lines[index + 1] ?? "").startsWith("|---"))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
const table = (heading: string): string[] => rowsOf(section(heading)).map(([first = ""]) => first.replaceAll("`", ""));

const words = (text: string): Set<string> => new Set([...text.matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word));

const shapeSchema = z.object({
  properties: z.record(z.string(), z.unknown()).optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  allOf: z.array(z.unknown()).optional(),
  items: z.unknown().optional(),
});
/** The names of all fields a schema knows, also within others; those of a page are explained once. */
const fieldsOf = (schema: z.ZodType): string[] => {
  const names = new Set<string>();
  const visit = (value: unknown): void => {
    const shape = shapeSchema.safeParse(value);
    if (!shape.success) return;
    const { properties = {}, anyOf = [], oneOf = [], allOf = [], items } = shape.data;
    for (const [name, each] of Object.entries(properties)) {
      names.add(name);
      if (name !== "page") visit(each);
    }
    for (const each of [...anyOf, ...oneOf, ...allOf, items]) visit(each);
  };
  visit(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));
  return [...names];
};

const missing = (fields: readonly string[], text: string): string[] => {
  const named = words(text);
  return fields.filter((field) => !named.has(field));
};

const parsed = (json: string): unknown => JSON.parse(json);

test("[PT13] docs/protocol.md names the version, every message, close code and limit, and the marks as they are", () => {
  expect(page).toContain(`# The wire, protocol ${PROTOCOL}`);
  expect(table("Messages").sort()).toEqual([...Object.values(MESSAGES).map(String), CURSOR_REPORT, "commands"].sort());
  const codes = rowsOf(section("Close codes").split("| other code")[0] ?? "").map(([code]) => Number(code));
  expect(codes.sort()).toEqual(Object.values(CLOSE_CODES).sort());
  const others = table("Close codes").map(Number).slice(codes.length).filter(Number.isFinite);
  expect(others).toEqual([4000, 4001, 4002, 1001, 1006, 1009]);
  expect(new Set(others.map(closePolicy))).toEqual(new Set(["rejoin-later"]));
  expect(Object.fromEntries(rowsOf(section("Limits")).map(([name = "", value]) => [name, Number(value)]))).toEqual(
    LIMITS,
  );
  expect([SOFT_UNSENT_BYTES, SOFT_UNREPORTED.bytes, DRAINED_UNSENT_BYTES, REPORT_AFTER.bytes]).toEqual(
    [64, 64, 16, 32].map((kb) => kb * 1024),
  );
  expect([SOFT_UNREPORTED.entries, REPORT_AFTER.entries, HELD_MS, LONGEST_WAIT_MS]).toEqual([256, 64, 60_000, 50]);
});

test("[PT13] every kind of entry is there with its code, its fields, and an entry that was really sent", () => {
  const rows = rowsOf(section("Entries"));
  expect(Object.fromEntries(rows.map(([code, kind = ""]) => [kind, Number(code)]))).toEqual(ENTRY_KINDS);
  const unsent: EntryKind[] = ["void", "media"];
  for (const [, kind = "", body = "", example = ""] of rows) {
    if (!isKind(kind)) throw new Error(kind);
    expect(missing(fieldsOf(BODY_SCHEMAS[kind]), body), kind).toEqual([]);
    if (unsent.includes(kind)) continue;
    const [author, said] = z
      .tuple([z.unknown(), z.unknown()])
      .parse(parsed(`[${example.slice(1, -1).replaceAll("\\|", "|")}]`));
    expect(Array.isArray(author) ? author[0] : ENTRY_KINDS.text, kind).toBe(ENTRY_KINDS[kind]);
    expect(recorded.entries).toContainEqual({ author, body: said });
  }
});
const isKind = (kind: string): kind is EntryKind => Object.hasOwn(ENTRY_KINDS, kind);

test("[PT13] every message has an example that was really sent, and its fields are named", () => {
  const examples = new Map(
    [...section("Messages").matchAll(/^- `(\w+)` `(.+)`$/gm)].map(([, type = "", payload = ""]) => [
      type,
      parsed(payload),
    ]),
  );
  expect([...examples.keys()].sort()).toEqual([...Object.values(MESSAGES).map(String), CURSOR_REPORT].sort());
  for (const [type, payload] of examples)
    if (type === CURSOR_REPORT) expect(recorded.reports).toContainEqual(payload);
    else expect(recorded.pushes).toContainEqual({ type, payload });
  expect(missing(fieldsOf(meSchema), section("Messages"))).toEqual([]);
});

test("[PT13] joining, pages and the synced state are there with all their fields", async () => {
  const joining = section("From a token to a live channel");
  expect(missing([...fieldsOf(joinRequestSchema), ...Object.keys(joinAnswerSchema.shape)], joining)).toEqual([]);
  expect(missing(Object.keys(pageSchema.shape), section("Commands"))).toEqual([]);
  const layoutSchema = z.object({ types: z.array(z.object({ fields: z.array(z.object({ name: z.string() })) })) });
  const layout = await readFile(join(import.meta.dirname, "fixtures/state-layout.json"), "utf8");
  const names = layoutSchema.parse(parsed(layout)).types.flatMap(({ fields }) => fields.map(({ name }) => name));
  expect(missing(names, section("The synced state"))).toEqual([]);
});

const commands = Object.entries(COMMANDS).map(([name, { request, answer }]) => ({
  ...{ name, request, answer },
  text: page.split(`#### ${name}\n`)[1]?.split(/\n##+ /)[0] ?? "",
}));

test.each(commands)(
  "[PT13] $name is there with its fields, its refusals, and what was really asked and answered",
  ({ name, request, answer, text }) => {
    const isPage = Object.is(answer, pageSchema);
    const fields = [...fieldsOf(request), ...(isPage ? [] : fieldsOf(answer).filter((field) => !isOfPage(field)))];
    expect(missing(fields, text)).toEqual([]);
    if (isPage) expect(text).toContain("a page");
    const asked = recorded.asks.filter(({ asks }) => asks === name);
    const examples = [...text.matchAll(/^→ (.+)\n← (.+)$/gm)];
    expect(examples.length).toBeGreaterThan(0);
    for (const [, given = "", came = ""] of examples) {
      const gives = parsed(came);
      const isRefusal = z.object({ code: z.string(), retry: z.string() }).safeParse(gives).success;
      const example = { with: parsed(given), gives: isRefusal ? { refusal: gives } : { answer: gives } };
      expect(asked.map((ask) => ({ with: ask.with, gives: ask.gives }))).toContainEqual(example);
    }
    const listed = new Set([...words(text)].filter(isErrorCode));
    for (const { gives } of asked) {
      const code = z.object({ refusal: z.object({ code: z.string() }) }).safeParse(gives).data?.refusal.code ?? "";
      if (code !== "" && !EVERYWHERE.has(code) && !(PACE.has(code) && text.includes("pace")))
        expect(listed).toContain(code);
    }
  },
);

/** Explained once, with pages. */
const OF_PAGE = new Set(["seq", "reactions", "card", "version", "counts", "own", "state", "closed", "result", "who"]);
const OF_PROFILE = new Set(["name", "avatar", "level", "power", "locale", "zone", "fields", "version"]);
const isOfPage = (field: string): boolean => OF_PAGE.has(field) || OF_PROFILE.has(field);
const EVERYWHERE = new Set(["bad-request", "not-member", "unavailable", "outcome-unknown", "internal"]);
const PACE = new Set(["muted", "timed-out", "rate-limited", "slow-mode", "channel-busy", "too-similar"]);

test("[PT13] no command and no built-in card is left out, and no other is there", () => {
  expect([...page.matchAll(/^#### (\w+)$/gm)].map(([, name]) => name)).toEqual(Object.keys(COMMANDS));
  const cards = commands.find(({ name }) => name === "card")?.text ?? "";
  for (const { shape } of memberCardSchema.options) expect(words(cards)).toContain([...shape.card.values][0]);
});

test("[PT13] a frame written by the page's words is read", () => {
  expect(decodeFrame([1, 7, 100, 2, "hola", 5, 3, "qué tal"], 1_000)).toEqual([
    { epoch: 1, seq: 7, at: 1_100, kind: "text", from: 2, body: "hola" },
    { epoch: 1, seq: 8, at: 1_105, kind: "text", from: 3, body: "qué tal" },
  ]);
});
