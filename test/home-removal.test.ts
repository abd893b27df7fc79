import { expect, test } from "vitest";
import { CURSOR_REPORT } from "../shared/cursor-report.ts";
import { LIMITS } from "../shared/limits.ts";
import type { SeatHeld } from "./a-seat.ts";
import { follow, START, severalChannels, taken } from "./several-channels.ts";
import { waitFor } from "./wait-for.ts";

const CIRCLE = "circle:c1";
/** From here a page does not reach the end. */
const LONG_AGO = { epoch: 1, seq: 1 };

/** Solo at home, who follows the team; what is said there comes after all that was sent to him before. */
const scene = async () => {
  const world = await severalChannels();
  const solo = await world.seat("solo", undefined, { home: true });
  const team = await follow(solo, "team:t1");
  const passed = async (): Promise<void> => {
    for (let n = 0; n < 3; n++) {
      const before = solo.followed.get(team.ref)?.length ?? 0;
      await world.tell("team:t1", 1);
      await waitFor(() => (solo.followed.get(team.ref)?.length ?? 0) > before, "the team");
      await solo.ask("channels", {});
    }
  };
  const kick = () => world.groups.release(CIRCLE, "solo", "kicked");
  return { ...world, solo, passed, kick };
};
const got = (seat: SeatHeld, ref: number) => seat.followed.get(ref) ?? [];

test("[HM11] who is removed before he has asked for all he missed, and does not go on asking, is told so once", async () => {
  const { solo, tell, kick, passed } = await scene();
  await tell(CIRCLE, LIMITS.pageEntries + 50);
  const { page, ref } = await follow(solo, CIRCLE, LONG_AGO);
  expect(page.more).toBe(true);
  await kick();
  await waitFor(() => solo.ended.length > 0, "the end");
  await tell(CIRCLE, 5);
  await passed();
  expect(solo.ended).toEqual([ref]);
  expect(got(solo, ref)).toEqual([]);
  await expect(follow(solo, CIRCLE)).rejects.toThrow("not-member");
});

test("[HM11] who is removed while he asks is told once: by the refusal, or with all up to his leaving and the end, or by the end alone if he was to ask again", async () => {
  const { solo, groups, tell, kick, passed } = await scene();
  await tell(CIRCLE, LIMITS.pageEntries + 50);
  const outcomes = { refused: 0, ended: 0 };
  for (let round = 0; round < 24; round++) {
    const before = solo.ended.length;
    if (round === 0) await kick();
    const asked = solo.ask("follow", {
      channels: [{ channel: CIRCLE, cursor: round % 2 === 0 ? LONG_AGO : START }],
    });
    if (round === 1) await asked;
    for (let turns = round >> 1; turns > 0; turns--) await new Promise((next) => setImmediate(next));
    if (round > 0) await kick();
    const [answer] = (await asked).channels;
    const isRefused = answer !== undefined && "refusal" in answer;
    if (isRefused) {
      expect(answer.refusal.code).toBe("not-member");
      outcomes.refused += 1;
    } else {
      await waitFor(() => solo.ended.length > before, "the end");
      const { ref, page, entries } = taken(solo, answer);
      const last = got(solo, ref).at(-1) ?? entries.at(-1);
      expect(page.more || last?.kind === "kicked").toBe(true);
      outcomes.ended += 1;
    }
    await passed();
    expect(solo.ended.length - before).toBe(isRefused ? 0 : 1);
    solo.followed.clear();
    await groups.admit(CIRCLE, "solo", "member");
  }
  expect(Math.min(...Object.values(outcomes))).toBeGreaterThan(0);
});

test("[HM11] who is held back in a channel and removed from it is told once, after the entry that says so, or within seconds without it", async () => {
  const { seat, solo, tell, kick, passed } = await scene();
  const stuck = await seat("solo", undefined, { home: true });
  const seats = await Promise.all([solo, stuck].map(async (one) => ({ one, ...(await follow(one, CIRCLE)) })));
  await tell(CIRCLE, 1, 300);
  const report = ({ one, ref }: { one: SeatHeld; ref: number }): void =>
    one.room.send(CURSOR_REPORT, [1, got(one, ref).at(-1)?.seq ?? 0, ref]);
  await waitFor(() => seats.every(({ one, ref }) => got(one, ref).length === 1), "the first");
  for (const each of seats) report(each);
  await passed();
  await tell(CIRCLE, 1_000, 300);
  await kick();
  await tell(CIRCLE, 5);
  await passed();
  const [drains, stays] = seats;
  if (drains === undefined || stays === undefined) throw new Error("two seats");
  expect([drains.one.ended, stays.one.ended]).toEqual([[], []]);
  for (let reports = 0; drains.one.ended.length === 0 && reports < 20; reports++) {
    const before = got(solo, drains.ref).length;
    report(drains);
    await waitFor(() => got(solo, drains.ref).length > before || drains.one.ended.length > 0, "more");
  }
  expect(got(solo, drains.ref).map(({ kind }) => kind)).toEqual([...Array(1_001).fill("news"), "kicked"]);
  await waitFor(() => stays.one.ended.length > 0, "the end without it");
  expect(got(stays.one, stays.ref).at(-1)?.kind).toBe("news");
  await passed();
  expect([drains.one.ended, stays.one.ended]).toEqual([[drains.ref], [stays.ref]]);
});

test("[HM11] who is a member again before he was told has lost nothing: what he asks for next goes on", async () => {
  const { solo, groups, tell, kick, passed } = await scene();
  await tell(CIRCLE, LIMITS.pageEntries + 50);
  for (let round = 0; round < 10; round++) {
    const { page } = await follow(solo, CIRCLE, LONG_AGO);
    expect(page.more).toBe(true);
    await kick();
    for (let turns = round; turns > 0; turns--) await new Promise((next) => setImmediate(next));
    await groups.admit(CIRCLE, "solo", "member");
    // Perhaps he was told meanwhile; he may be followed again all the same.
    const again = await follow(solo, CIRCLE);
    expect(again.page.more).toBe(false);
    const told = solo.ended.length;
    await tell(CIRCLE, 1);
    await waitFor(() => got(solo, again.ref).at(-1)?.kind === "news", "what is said live");
    await passed();
    expect(solo.ended.length).toBe(told);
    expect(told).toBeLessThanOrEqual(round + 1);
    solo.followed.clear();
    await solo.ask("unfollow", { channels: [CIRCLE] });
  }
});

test("[HM11] a member who was removed while he was away from the line is refused when he is back", async () => {
  const { seat, solo, kick, tell } = await scene();
  const circle = await follow(solo, CIRCLE);
  solo.cut();
  await solo.closed;
  await kick();
  await tell(CIRCLE, 3);
  const back = await seat("solo", undefined, { home: true });
  await expect(follow(back, CIRCLE, { epoch: 1, seq: circle.page.lineage.head })).rejects.toThrow("not-member");
  expect(back.ended).toEqual([]);
});
