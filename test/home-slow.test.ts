import { expect, test } from "vitest";
import { CURSOR_REPORT, REPORT_AFTER } from "../shared/cursor-report.ts";
import { follow, severalChannels } from "./several-channels.ts";
import { waitFor } from "./wait-for.ts";

const CIRCLE = "circle:c1";
const TEAM = "team:t1";

test("[HM10] who reports how far he has come in a channel he follows is sent no more than he can be behind there, and everything elsewhere; rubbish reports kick nobody", async () => {
  const { seat, tell } = await severalChannels();
  const [solo, caro] = [await seat("solo", undefined, { home: true }), await seat("caro")];
  const [circle, team, his] = [await follow(solo, CIRCLE), await follow(solo, TEAM), await follow(caro, CIRCLE)];
  const got = (ref: number) => solo.followed.get(ref) ?? [];
  const silent = () => caro.followed.get(his.ref) ?? [];
  const reached = (ref: number): number[] => [1, got(ref).at(-1)?.seq ?? 0, ref];
  for (const channel of [CIRCLE, TEAM]) await tell(channel, 1, 300);
  await waitFor(() => got(circle.ref).length === 1 && got(team.ref).length === 1, "the first of each");
  for (const rubbish of [[1, 5, 9_999], [1, 9e9, circle.ref], [1, 4, circle.ref, 1], [1, 2.5, circle.ref], [[1, 4]], 7])
    solo.room.send(CURSOR_REPORT, rubbish);
  // The seat has no channel of its own: that part is passed over.
  solo.room.send(CURSOR_REPORT, [1, 5, 0, ...reached(circle.ref), ...reached(team.ref)]);
  await solo.ask("channels", {});
  // Piece by piece: however busy the process is, a frame is never larger than this.
  for (let told = 101; told <= 1_001; told += 100) {
    await tell(CIRCLE, 100, 300);
    await waitFor(() => silent().length === told, "everything at one who does not report");
  }
  await tell(TEAM, 100);
  await waitFor(() => got(team.ref).length === 101, "everything in the team");
  expect(got(circle.ref).length).toBeGreaterThan(200);
  expect(got(circle.ref).length).toBeLessThan(600);
  let reported = 0;
  await waitFor(() => {
    const { length } = got(circle.ref);
    if (length - reported >= REPORT_AFTER.entries) {
      solo.room.send(CURSOR_REPORT, [...reached(team.ref), ...reached(circle.ref)]);
      reported = length;
    }
    return length === 1_001;
  }, "everything");
  expect(got(circle.ref)).toEqual(silent());
  await tell(CIRCLE, 1);
  await waitFor(() => got(circle.ref).length === 1_002, "what is said live");
});

test("[HM10] one who does not report what he follows, though he reports his room's channel, is served all of it", async () => {
  const { seat, tell } = await severalChannels();
  const caro = await seat("caro");
  const circle = await follow(caro, CIRCLE);
  await caro.resume();
  await tell("guild:g1", 1);
  await waitFor(() => caro.entries.at(-1)?.kind === "news", "the news");
  caro.room.send(CURSOR_REPORT, [1, caro.entries.at(-1)?.seq ?? 0]);
  await tell(CIRCLE, 1_000, 300);
  await waitFor(() => caro.followed.get(circle.ref)?.length === 1_000, "everything");
});
