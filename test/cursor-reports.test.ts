import { unpack } from "msgpackr";
import { expect, onTestFinished, test, vi } from "vitest";
import { CursorReports } from "../client/cursor-reports.ts";
import {
  CURSOR_REPORT,
  type CursorReport,
  cursorReportSchema,
  encodeCursorReport,
  OWN_REF,
  REPORT_AFTER,
} from "../shared/cursor-report.ts";
import { aClient } from "./a-client.ts";
import { severalChannels } from "./several-channels.ts";
import { waitFor } from "./wait-for.ts";

const at = (seq: number) => ({ epoch: 1, seq });

test("[CL20] a report is due after 64 entries or 32 KB, whichever comes first, and not while nothing is taken in", () => {
  const reports = new CursorReports();
  for (let n = 1; n < REPORT_AFTER.entries; n++) expect(reports.tookIn(0, at(n), 1)).toBeUndefined();
  expect(reports.tookIn(0, at(64), 1)).toEqual(new Map([[0, at(64)]]));
  expect(reports.tookIn(0, at(127), REPORT_AFTER.entries - 1)).toBeUndefined();
  reports.received(REPORT_AFTER.bytes);
  expect(reports.tookIn(0, at(127), 0)).toBeUndefined();
  expect(reports.tookIn(0, at(128), 1)).toEqual(new Map([[0, at(128)]]));
  expect(reports.tookIn(0, at(129), 1)).toBeUndefined();
});

test("[CL42] one report tells of all channels that have moved since the last, and of no other", () => {
  const reports = new CursorReports();
  expect(reports.tookIn(3, at(30), 30)).toBeUndefined();
  expect(reports.tookIn(5, at(7), 7)).toBeUndefined();
  expect(reports.tookIn(3, at(50), 20)).toBeUndefined();
  expect(reports.tookIn(8, at(8), 6)).toBeUndefined();
  reports.forget(8);
  const report = reports.tookIn(OWN_REF, at(1), 1) ?? new Map();
  expect(encodeCursorReport(report)).toEqual([1, 50, 3, 1, 7, 5, 1, 1, OWN_REF]);
  expect(cursorReportSchema.parse(encodeCursorReport(report))).toEqual(report);
  expect(reports.tookIn(5, at(71), 64)).toEqual(new Map([[5, at(71)]]));
  // As it is written since there is but one channel.
  expect(encodeCursorReport(new Map([[OWN_REF, at(9)]]))).toEqual([1, 9]);
  expect(cursorReportSchema.parse([1, 9])).toEqual(new Map([[OWN_REF, at(9)]]));
});

/** What clients of this process have reported, in order. */
const aReportLog = (): (() => CursorReport[]) => {
  const sent = vi.spyOn(WebSocket.prototype, "send");
  onTestFinished(() => sent.mockRestore());
  const start = Buffer.from([13, 0xa0 | CURSOR_REPORT.length, ...Buffer.from(CURSOR_REPORT)]);
  return () =>
    sent.mock.calls.flatMap(([data]) =>
      data instanceof Uint8Array && start.equals(data.subarray(0, start.length))
        ? [cursorReportSchema.parse(unpack(data.subarray(start.length)))]
        : [],
    );
};

test("[CL20] [CL42] a client tells the server what it has, of all its channels together, now and then", async () => {
  const { chat, tell } = await severalChannels();
  const reports = aReportLog();
  const caro = aClient(`http://127.0.0.1:${chat.port}`, "caro");
  const circle = caro.follow("circle:c1");
  await caro.live();
  await waitFor(() => circle.status.phase === "live", "the circle");
  const say = async (channel: string, count: number): Promise<void> => {
    const view = channel === circle.id ? circle : caro.channel;
    const before = view.cursor.seq;
    await tell(channel, count);
    await waitFor(() => view.cursor.seq === before + count, "what was said");
  };
  await say("guild:g1", 25);
  await say("circle:c1", 25);
  expect(reports()).toEqual([]);
  await say("circle:c1", 30);
  await waitFor(() => reports().length === 1, "a report");
  const [[ref, other] = [], ...more] = [...(reports()[0] ?? [])].filter(([one]) => one !== OWN_REF);
  expect([ref, more]).toEqual([expect.any(Number), []]);
  expect(reports()[0]?.get(OWN_REF)).toEqual(caro.channel.cursor);
  expect(other?.seq).toBeGreaterThan(circle.cursor.seq - 64);
  await say("guild:g1", 200);
  expect(reports().length).toBeGreaterThanOrEqual(3);
  expect(reports().length).toBeLessThanOrEqual(5);
});
