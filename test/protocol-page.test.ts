import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LONGEST_WAIT_MS } from "../server/channel/frame-window.ts";
import { DRAINED_UNSENT_BYTES, HELD_MS, SOFT_UNREPORTED, SOFT_UNSENT_BYTES } from "../server/channel/standing.ts";
import { CLOSE_CODES } from "../shared/close-code.ts";
import { CURSOR_REPORT, REPORT_AFTER } from "../shared/cursor-report.ts";
import { decodeFrame } from "../shared/frame.ts";
import { MESSAGES, PROTOCOL } from "../shared/protocol.ts";

const page = await readFile(join(import.meta.dirname, "../docs/protocol.md"), "utf8");
/** The first cells of the table under a heading. */
const table = (heading: string): string[] =>
  (page.split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? "")
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("|---"))
    .slice(1)
    .map((line) => line.split("|")[1]?.trim().replaceAll("`", "") ?? "");

test("[PT13] docs/protocol.md names the version, every message and close code, and the marks as they are", () => {
  expect(page).toContain(`# The wire, protocol ${PROTOCOL}`);
  expect(table("Messages").sort()).toEqual([...Object.values(MESSAGES).map(String), CURSOR_REPORT, "commands"].sort());
  expect(table("Close codes").map(Number).sort()).toEqual(Object.values(CLOSE_CODES).sort());
  expect([SOFT_UNSENT_BYTES, SOFT_UNREPORTED.bytes, DRAINED_UNSENT_BYTES, REPORT_AFTER.bytes]).toEqual(
    [64, 64, 16, 32].map((kb) => kb * 1024),
  );
  expect([SOFT_UNREPORTED.entries, REPORT_AFTER.entries, HELD_MS, LONGEST_WAIT_MS]).toEqual([256, 64, 60_000, 50]);
});

test("[PT13] a frame written by the page's words is read", () => {
  expect(decodeFrame([1, 7, 100, 2, "hola", 5, 3, "qué tal"], 1_000)).toEqual([
    { epoch: 1, seq: 7, at: 1_100, kind: "text", from: 2, body: "hola" },
    { epoch: 1, seq: 8, at: 1_105, kind: "text", from: 3, body: "qué tal" },
  ]);
});
