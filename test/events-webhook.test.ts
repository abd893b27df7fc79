import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { makeDelivery } from "../server/outbox/delivery.ts";
import { portOf } from "../server/port-of.ts";
import { type Redis, RedisUnavailable } from "../server/redis/redis.ts";
import { isPublic, publicLookup } from "../server/webhook/address.ts";
import { makeSendEvents } from "../server/webhook/send-events.ts";
import { makeSignedPost } from "../server/webhook/signed-post.ts";
import { aHappening, silent } from "./a-happening.ts";
import { aStudioThatListens, unrepeated } from "./a-studio-that-listens.ts";
import { anEventsSink } from "./an-events-sink.ts";
import { waitFor } from "./wait-for.ts";

test("[EV8] the webhook is told what is in the feed, under the same ids and in its order, signed", async () => {
  const { found, happen, follow, told, sink } = await aStudioThatListens();
  await found();
  follow();
  for (let round = 0; round < 80; round++) await happen();
  await waitFor(() => sink.events().length === 6 + 240, "all");
  expect(sink.events()).toEqual(await told());
  expect(sink.wrong).toEqual([]);
  for (const { events } of sink.batches) expect(events.length).toBeLessThanOrEqual(100);
  expect(new Set(sink.batches.map(({ id }) => id)).size).toBe(sink.batches.length);
});

test("[EV8] whatever step a process dies at, the next goes on: nothing is left out, and what comes again is the same batch", async () => {
  await Promise.all(
    ["feed_next", "feed_taken", "feed_failed"].flatMap((name) =>
      [false, true].map(async (after) => {
        const { redis, found, happen, follow, told, sink } = await aStudioThatListens();
        let dead = false;
        const killed = new RedisUnavailable(new Error("killed"));
        const dying: Redis = {
          ...redis,
          run: async (key, args) => (dead ? Promise.reject(killed) : redis.run(key, args)),
          fcall: async (called, keys, args) => {
            if (dead) throw killed;
            if (called !== name) return redis.fcall(called, keys, args);
            dead = true;
            if (after) await redis.fcall(called, keys, args);
            throw killed;
          },
        };
        if (name === "feed_failed") sink.answer.status = 500;
        await found();
        const first = follow(dying);
        await waitFor(() => dead, "it to die");
        sink.answer.status = 200;
        await happen();
        follow();
        await waitFor(() => unrepeated(sink.events()).length === 9, `all after ${name} ${after}`);
        await first.close();
        expect(unrepeated(sink.events())).toEqual(await told());
        for (const batches of Map.groupBy(sink.batches, ({ id }) => id).values())
          for (const batch of batches) expect(batch).toEqual(batches[0]);
      }),
    ),
  );
});

test("[EV8] who lost his hold of the feed in a stall, and has it again, goes on; so does who is told of more the very moment he finds nothing", async () => {
  const { redis, keys } = await aHappening();
  const answering = (answer: (turn: number) => unknown[]) => {
    let turns = 0;
    const fcall: Redis["fcall"] = async (name) => (name === "feed_next" ? answer(turns++) : ["ok"]);
    const delivery = makeDelivery({ redis: { ...redis, fcall }, keys, log: silent }, async () => {})("me");
    onTestFinished(delivery.end);
    return { delivery, turns: () => turns };
  };
  const stalled = answering((turn) => [turn === 0 ? "lost" : "none"]);
  const told = Array.from({ length: 12 }, (_, steps) => {
    const one = answering((turn) => {
      if (turn === 0) void after(steps, () => one.delivery.added());
      return ["none"];
    });
    return one;
  });
  await waitFor(() => [stalled, ...told].every(({ turns }) => turns() > 1), "another look of each");
});

/** Does something so many microtasks later. */
const after = async (steps: number, act: () => void): Promise<void> => {
  for (let step = 0; step < steps; step += 1) await undefined;
  act();
};

test("[EV8] [EV9] a batch that is not taken comes again, the same and under its id, before anything else", async () => {
  const { found, happen, follow, told, sink } = await aStudioThatListens();
  await found();
  for (const refusing of [{ status: 500 }, { status: 302, headers: { location: "/elsewhere" } }, { status: 404 }]) {
    Object.assign(sink.answer, refusing);
    const before = sink.batches.length;
    const follower = follow();
    await waitFor(() => sink.batches.length >= before + 3, "three tries");
    await happen();
    await follower.close();
  }
  const [first, ...others] = sink.batches;
  expect(first?.events.length).toBeGreaterThan(0);
  for (const other of others) expect(other).toEqual(first);
  Object.assign(sink.answer, { status: 200, headers: {} });
  follow();
  await waitFor(() => unrepeated(sink.events()).length === 15, "the rest");
  expect(unrepeated(sink.events())).toEqual(await told());
});

test("[EV9] what nobody takes for its time goes to the dead letters, and the next batch goes out", async () => {
  const { found, happen, follow, told, sink, letters } = await aStudioThatListens({ giveUpMs: 200, leastTries: 3 });
  await found();
  sink.answer.status = 503;
  follow();
  const [letter] = await waitFor(async () => {
    const some = await letters.list(undefined, 20);
    return some.length > 0 && some;
  }, "a dead letter");
  sink.answer.status = 200;
  expect(letter).toMatchObject({ failed: "status 503", batch: sink.batches[0]?.id, events: sink.batches[0]?.events });
  expect(letter?.tries).toBeGreaterThanOrEqual(3);
  expect(sink.batches.filter(({ id }) => id === letter?.batch)).toHaveLength(letter?.tries ?? 0);
  await happen();
  await waitFor(() => unrepeated(sink.events()).length === 9, "what came after it");
  const given = (await letters.list(undefined, 20)).flatMap(({ events }) => events);
  const taken = sink.events().filter(({ id }) => !given.some((one) => one.id === id));
  expect([...given, ...unrepeated(taken)]).toEqual(await told());
});

test("[EV9] the wait before the next try doubles up to its most, never the same for all", async () => {
  const waits: number[] = [];
  const fake: Pick<Redis, "fcall"> = {
    fcall: async (name, _, args) => {
      if (name === "feed_failed") {
        waits.push(Number(args[3]));
        return ["ok"];
      }
      return waits.length < 14 ? ["ok", "0-0", "1-1", waits.length, 0] : ["none"];
    },
  };
  const { redis, keys } = await aHappening();
  const delivery = makeDelivery({ redis: { ...redis, ...fake }, keys, log: silent }, async () => {
    throw new Error("no");
  })("me");
  await waitFor(() => waits.length === 14, "14 tries");
  await delivery.end();
  for (const [tries, wait] of waits.entries()) {
    const most = Math.min(1_000 * 2 ** tries, 3_600_000);
    expect(wait).toBeGreaterThanOrEqual(most / 2);
    expect(wait).toBeLessThanOrEqual(most + 1);
  }
});

test("[EV10] dead letters are listed, sent again under their old id, and gone once they are taken", async () => {
  const { found, happen, follow, sink, letters } = await aStudioThatListens({ giveUpMs: 0, leastTries: 1 });
  sink.answer.status = 500;
  await found();
  const follower = follow();
  const given = async () => (await letters.list(undefined, 20)).flatMap(({ events }) => events).length;
  await waitFor(async () => (await given()) === 6, "the first");
  await happen();
  await waitFor(async () => (await given()) === 9, "all");
  await follower.close();
  const all = await letters.list(undefined, 20);
  const [first] = all;
  if (first === undefined) throw new Error("no letter");
  expect(await letters.list(first.id, 20)).toEqual(all.slice(1));
  expect(await letters.list(undefined, 1)).toEqual([first]);
  await expect(letters.resend(first.id)).rejects.toMatchObject({ code: "webhook-failed" });
  expect(await letters.list(undefined, 20)).toEqual(all);
  sink.answer.status = 200;
  await letters.resend(first.id);
  expect(sink.batches.at(-1)).toEqual({ type: "events", id: first.batch, events: first.events });
  expect(await letters.list(undefined, 20)).toEqual(all.slice(1));
  await expect(letters.resend(first.id)).rejects.toMatchObject({ code: "letter-not-found" });
});

test("[EV12] while secrets are exchanged both sign, and a studio that knows either takes it", async () => {
  const secrets = ["the-new-secret-of-32-characters!", "the-old-secret-of-32-characters!"];
  for (const known of secrets) {
    const sink = await anEventsSink(known);
    onTestFinished(sink.close);
    const { send, close } = makeSendEvents({ url: sink.url, secrets, allowPrivate: true });
    await send("1", []);
    close();
    expect(sink.wrong).toEqual([]);
    expect(sink.batches).toHaveLength(1);
  }
});

test.each([
  ["never ends", "HTTP/1.1 200 OK\r\n\r\n", "x", "no answer in time"],
  ["has headers that never end", "HTTP/1.1 200 OK\r\n", `x: ${"x".repeat(2_000)}\r\n`, "Header overflow"],
  [
    "never comes to the point",
    "HTTP/1.1 103 Early Hints\r\n\r\n",
    "HTTP/1.1 103 Early Hints\r\n\r\n",
    "no answer in time",
  ],
  [
    "changes the protocol",
    "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n",
    "",
    "status 101",
  ],
])("[EV9] an answer that %s is none, and nobody waits for it", async (_, begin, more, why) => {
  const server = createTcpServer((socket) => {
    const timer = setInterval(() => socket.write(more), 20);
    socket.on("error", () => undefined).once("close", () => clearInterval(timer));
    socket.resume().write(begin);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const port = portOf(server);
  const { post, close } = makeSignedPost({
    ...{
      url: `http://127.0.0.1:${port}/`,
      secrets: ["x".repeat(32)],
      deadlineMs: 500,
      allowPrivate: true,
      connections: 1,
    },
  });
  onTestFinished(close);
  await expect(post("1", "{}")).rejects.toThrow(why);
});

describe("[EV11] webhooks go to the open internet only", () => {
  const refused = (url: string) => {
    const { post, close } = makeSignedPost({
      ...{ url, secrets: ["x".repeat(32)], deadlineMs: 5_000, allowPrivate: false, connections: 1 },
    });
    onTestFinished(close);
    return expect(post("1", "{}")).rejects;
  };

  test.each([
    ["127.0.0.1", "[::1]", "0.0.0.0", "[::]", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"],
    [
      "168.63.129.16",
      "[::127.0.0.1]",
      "[fe80::1]",
      "[fc00::1]",
      "[fd00:ec2::254]",
      "[::ffff:127.0.0.1]",
      "[::ffff:a9fe:a9fe]",
      "[64:ff9b::7f00:1]",
    ],
    // Other ways to write 127.0.0.1.
    ["2130706433", "0x7f.1", "0177.0.0.1", "127.1"],
  ])("not to %s and the like", async (...hosts) => {
    for (const host of hosts) await refused(`http://${host}/events`).toThrow("no public address");
  });

  test("not to a name that stands for such an address, judged by the lookup that is connected to", async () => {
    const server = createServer((_, response) => response.end());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const port = portOf(server);
    let asked = 0;
    server.on("connection", () => {
      asked += 1;
    });
    await refused(`http://localhost:${port}/events`).toThrow("no public address");
    expect(asked).toBe(0);
  });

  test("a redirect is not followed", async () => {
    const sink = await anEventsSink();
    onTestFinished(sink.close);
    const other = await anEventsSink();
    onTestFinished(other.close);
    Object.assign(sink.answer, { status: 307, headers: { location: other.url } });
    const { send, close } = makeSendEvents({ url: sink.url, secrets: [sink.secret], allowPrivate: true });
    onTestFinished(close);
    await expect(send("1", [])).rejects.toThrow("status 307");
    expect(other.batches).toEqual([]);
  });

  test("public addresses are public, and a name is connected to at what was judged", async () => {
    const found = (all: boolean) =>
      new Promise((resolve, reject) => {
        publicLookup("8.8.8.8", { all }, (error, address, family) =>
          error ? reject(error) : resolve([address, family]),
        );
      });
    expect(await found(true)).toEqual([[{ address: "8.8.8.8", family: 4 }], undefined]);
    expect(await found(false)).toEqual(["8.8.8.8", 4]);
    for (const address of ["8.8.8.8", "203.0.114.1", "2606:4700::1111", "::ffff:8.8.8.8"])
      expect(isPublic(address)).toBe(true);
  });
});
