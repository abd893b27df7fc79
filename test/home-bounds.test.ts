import { expect, test } from "vitest";
import { asList } from "../server/redis/reply.ts";
import { LIMITS } from "../shared/limits.ts";
import { nonce, refusal } from "./a-room.ts";
import type { SeatHeld } from "./a-seat.ts";
import { follow, START, severalChannels, taken, words } from "./several-channels.ts";
import { waitFor } from "./wait-for.ts";

test("[HM13] a request follows, or ceases to follow, as many channels as a player can be in; one more is refused, and changes nothing", async () => {
  const { seat, groups } = await severalChannels();
  const circles = Array.from({ length: LIMITS.channels }, (_, n) => `circle:many-${n}`);
  for (const circle of circles) {
    await groups.found(circle, { name: circle, capacity: 10 });
    await groups.admit(circle, "beto", "member");
  }
  const beto = await seat("beto");
  const asked = (channels: readonly string[]) => ({
    channels: channels.map((channel) => ({ channel, cursor: START })),
  });
  const one = await follow(beto, "circle:many-0");
  const tooMany = [...circles, "team:t1", "circle:c1"];
  expect(await refusal(beto.ask("follow", asked(tooMany)))).toMatchObject({ code: "bad-request" });
  expect(await refusal(beto.ask("unfollow", { channels: tooMany }))).toMatchObject({ code: "bad-request" });
  await beto.ask("send", { nonce: nonce(1), text: "uno", channel: "circle:many-0" });
  await beto.ask("send", { nonce: nonce(2), text: "nadie", channel: "circle:many-1" });
  await waitFor(() => words(beto.followed.get(one.ref)).includes("uno"), "what is followed");
  expect(beto.followed.size).toBe(1);
  const { channels } = await beto.ask("follow", asked([...circles, "team:t1"]));
  expect(channels.at(-1)).toMatchObject({ channel: "team:t1", refusal: { code: "not-member" } });
  const refs = channels.slice(0, -1).map((answer) => taken(beto, answer).ref);
  expect(new Set(refs).size).toBe(LIMITS.channels);
  expect(refs[0]).toBe(one.ref);
  await beto.ask("unfollow", { channels: [...circles, "team:t1"] });
});

test("[HM5] followed, unfollowed and followed again in one breath, a channel comes once and without a hole", async () => {
  const { seat, tell } = await severalChannels();
  const solo = await seat("solo", undefined, { home: true });
  const channel = "circle:c1";
  const first = await follow(solo, channel);
  const from = { epoch: 1, seq: first.page.lineage.head };
  const writing = tell(channel, 200);
  for (let n = 0; n < 5; n++) {
    solo.followed.clear();
    const asks = [
      solo.ask("unfollow", { channels: [channel] }),
      solo.ask("follow", { channels: [{ channel, cursor: from }] }),
      solo.ask("unfollow", { channels: [channel] }),
    ] as const;
    const again = solo.ask("follow", { channels: [{ channel, cursor: from }] });
    await Promise.all(asks);
    const { channels } = await again;
    const { ref, entries, page } = taken(solo, channels[0]);
    if (n < 4) continue;
    await writing;
    expect(page.more).toBe(false);
    await tell(channel, 1);
    const live = () => (solo.followed.get(ref) ?? []).filter(({ seq }) => seq > (entries.at(-1)?.seq ?? from.seq));
    await waitFor(() => entries.length + live().length >= 201, "all of it");
    const seqs = [...entries, ...live()].map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => from.seq + 1 + index));
  }
});

test("[HM14] whoever leaves, is cut or is put out leaves nothing behind that listens to what he followed", async () => {
  const { seat, studio } = await severalChannels();
  const feed = studio.keys.of("circle:c1", "feed");
  const listeners = async (): Promise<unknown> =>
    asList(await studio.redis.run(feed, ["PUBSUB", "SHARDNUMSUB", feed])).at(-1);
  const ends: Record<string, (held: SeatHeld) => unknown> = {
    leaves: ({ room }) => room.leave(),
    "is cut": (held) => held.cut(),
    "is put out": () => studio.guilds.remove("g1", "caro", "kicked"),
  };
  for (const [how, end] of Object.entries(ends)) {
    const caro = await seat("caro");
    await caro.resume();
    await follow(caro, "circle:c1");
    // On a cluster the subscription may need a connection first.
    await waitFor(async () => (await listeners()) === 1, `a listener before he ${how}`);
    await end(caro);
    await waitFor(async () => (await listeners()) === 0, `no listener once he ${how}`);
  }
});
