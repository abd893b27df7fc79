import { expect, test } from "vitest";
import { setUpSockets } from "../bench/sockets/sockets.ts";

test("[BE26] sockets: on one connection, on two, and in three plain rooms every message of all channels reaches everybody once", {
  timeout: 120_000,
}, async () => {
  const talk = { guild: 6, team: 4, circle: 2 };
  const contest = await setUpSockets({
    ...{ guilds: 1, members: 10, team: 5, circle: 5, talk, talkMs: 300, calmMs: 50, withTwo: true },
  });
  try {
    // A round in which a delivery is missing or one too many came, a message is refused or a line breaks, fails by itself.
    const [ours, baseline] = [await contest.ours(), await contest.baseline()];
    const messages = talk.guild + talk.team + 3 * talk.circle;
    expect(ours).toMatchObject({ messages, players: 10, bytesOfTwo: expect.any(Number) });
    expect(baseline).toMatchObject({ messages, players: 10 });
    expect(ours.bytes).toBeLessThan(baseline.bytes ?? 0);
  } finally {
    await contest.close();
  }
});
