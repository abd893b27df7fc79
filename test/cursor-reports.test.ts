import { expect, onTestFinished, test, vi } from "vitest";
import { CursorReports } from "../client/cursor-reports.ts";
import { makeLog } from "../server/channel/log.ts";
import { CURSOR_REPORT, REPORT_AFTER } from "../shared/cursor-report.ts";
import { aClient } from "./a-client.ts";
import { aStudio } from "./a-studio.ts";
import { waitFor } from "./wait-for.ts";

test("[CL20] a cursor is due after 64 entries or 32 KB, whichever comes first, and not while nothing is taken in", () => {
  const reports = new CursorReports();
  for (let n = 1; n < REPORT_AFTER.entries; n++) expect(reports.tookIn(1)).toBe(false);
  expect(reports.tookIn(1)).toBe(true);
  expect(reports.tookIn(REPORT_AFTER.entries - 1)).toBe(false);
  reports.received(REPORT_AFTER.bytes);
  expect(reports.tookIn(0)).toBe(false);
  expect(reports.tookIn(1)).toBe(true);
  expect(reports.tookIn(1)).toBe(false);
});

test("[CL20] a client tells the server what it has, now and then", async () => {
  const studio = await aStudio();
  await studio.guild("g1", ["ana", "beto"]);
  const log = makeLog(studio.redis, studio.keys, { historyLength: 1_000 });
  const chat = await studio.chat();
  const sent = vi.spyOn(WebSocket.prototype, "send");
  onTestFinished(() => sent.mockRestore());
  const beto = aClient(`http://127.0.0.1:${chat.port}`, "beto");
  await beto.live();
  const start = [13, 0xa0 | CURSOR_REPORT.length, ...Buffer.from(CURSOR_REPORT)];
  const isReport = (data: unknown): boolean =>
    data instanceof Uint8Array && start.every((byte, index) => data[index] === byte);
  const reports = (): number => sent.mock.calls.filter(([data]) => isReport(data)).length;
  const say = async (count: number): Promise<void> => {
    const before = beto.shown.length;
    for (let n = 0; n < count; n++)
      await log.append({ channel: "guild:g1", nonce: `nonce-${before + n}`, kind: "news", body: "hola" });
    await waitFor(() => beto.shown.length === before + count, "what was said");
  };
  await say(30);
  expect(reports()).toBe(0);
  await say(200);
  expect(reports()).toBeGreaterThanOrEqual(2);
  expect(reports()).toBeLessThanOrEqual(3);
});
