import { decodeJwt, jwtVerify } from "jose";
import { expect, onTestFinished, test } from "vitest";
import { loadConfig } from "../server/config.ts";
import { bucketOf, makeKeys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { makeLiveKit } from "../server/voice/livekit.ts";
import { VOICE_ROLES } from "../server/voice/voice-role.ts";
import { startVoiceUpkeep } from "../server/voice/voice-upkeep.ts";
import { makeVoices, type VoicesOptions } from "../server/voice/voices.ts";
import { aLiveKit } from "./a-livekit.ts";
import { aMovedClock } from "./a-moved-clock.ts";
import { aRedis } from "./a-redis.ts";
import { problemsWith } from "./problems-with.ts";
import { production } from "./production-settings.ts";
import { waitFor } from "./wait-for.ts";

const KEY = "APIkey";
const SECRET = "a-secret-of-a-livekit-server-0123456789";
const CHANNEL = "team:t1";
const silent = { warn: () => {} };

const aVoice = async (options: VoicesOptions = {}, secret = SECRET, given?: Redis) => {
  const { redis, keys } = given === undefined ? await aRedis() : { redis: given, keys: makeKeys("voice") };
  if (given === undefined) onTestFinished(() => redis.close());
  const server = await aLiveKit(KEY, SECRET);
  const media = makeLiveKit({ url: server.url, key: KEY, secret, namespace: keys.namespace });
  return { redis, keys, server, media, room: media.roomOf(CHANNEL), voices: makeVoices(redis, keys, media, options) };
};

/** As the protocol writes them: what is false or empty is left out. */
const permissions = {
  host: { canSubscribe: true, canPublish: true, canPublishSources: ["MICROPHONE"] },
  listener: { canSubscribe: true },
};

test("[VO1] a token says the role's grants, a room and an identity that tell nothing, for ten minutes, and no more", async () => {
  const { voices, room, keys } = await aVoice();
  for (const role of VOICE_ROLES) {
    const { token, url, identity, untilMs } = await voices.issue({ channel: CHANNEL, number: 7 }, role);
    const { payload, protectedHeader } = await jwtVerify(token, new TextEncoder().encode(SECRET), { issuer: KEY });
    expect(protectedHeader).toEqual({ alg: "HS256" });
    const { exp = 0, nbf = 0, ...claims } = payload;
    expect(claims).toEqual({
      ...{ iss: KEY, sub: "m7" },
      video: {
        ...{ roomJoin: true, room, canSubscribe: true, canPublishData: false, canUpdateOwnMetadata: false },
        ...{ canPublish: role !== "listener", ...(role === "listener" ? {} : { canPublishSources: ["microphone"] }) },
      },
    });
    expect(exp - nbf).toBe(600);
    expect(Math.abs(untilMs - exp * 1000)).toBeLessThan(5_000);
    expect(identity).toBe("m7");
    expect(url).toMatch(/^ws:/);
    expect(JSON.stringify(decodeJwt(token))).not.toMatch(/t1|team|name/);
  }
  const elsewhere = makeLiveKit({ url: "wss://x", key: KEY, secret: SECRET, namespace: `${keys.namespace}-2` });
  expect(elsewhere.roomOf(CHANNEL)).not.toBe(room);
  expect(room).toMatch(/^[\w-]{32}$/);
});

test("[VO2] whose role changes is heard, or not, from then on; who has none is put out; of whom never got a token nothing is asked", async () => {
  const { voices, server, room } = await aVoice();
  const member = { channel: CHANNEL, number: 7 };
  await voices.change(member, "listener");
  expect(server.asked).toEqual([]);
  await voices.issue(member, "speaker");
  server.there.add(`${room} m7`);
  for (const role of ["listener", "host"] as const) {
    await voices.change(member, role);
    const { method, identity, body } = server.asked.at(-1) ?? {};
    expect({ method, identity }).toEqual({ method: "UpdateParticipant", identity: "m7" });
    expect(body?.permission).toEqual(permissions[role]);
  }
  await voices.change(member, undefined);
  expect(server.asked.at(-1)).toMatchObject({ method: "RemoveParticipant", room, identity: "m7" });
  expect(server.there.size).toBe(0);
  expect(server.asked).toHaveLength(3);
  // He is not there any more, which is what was wanted.
  await voices.change(member, "listener");
  expect(server.asked).toHaveLength(4);
  expect(server.refused).toEqual([]);
});

test("[VO3] what could not be revoked at once, since the server was away or the process died, any process does until it is done", async () => {
  const { voices, server, room, redis, keys, media } = await aVoice({ leaseMs: 50, againMs: 60_000 });
  const [here, dead] = [7, 8].map((number) => ({ channel: CHANNEL, number }));
  if (here === undefined || dead === undefined) throw new Error("two members");
  for (const member of [here, dead]) await voices.issue(member, "speaker");
  for (const { number } of [here, dead]) server.there.add(`${room} m${number}`);
  server.fail(3);
  await voices.change(here, "listener");
  expect(server.asked).toEqual([]);
  // As a process leaves it that dies after its function was done.
  await redis.fcall("voice_change", keys.prefixes(CHANNEL), [CHANNEL, "8", ""]);
  const another = makeVoices(redis, keys, media, { leaseMs: 50, againMs: 60_000 });
  const upkeep = startVoiceUpkeep({ seeTo: () => another.seeTo(bucketOf(CHANNEL)) }, silent, 20);
  onTestFinished(() => upkeep.close());
  await waitFor(() => server.asked.length === 2, "both to be revoked");
  expect(server.asked.map(({ method, identity }) => `${identity} ${method}`).toSorted()).toEqual([
    "m7 UpdateParticipant",
    "m8 RemoveParticipant",
  ]);
});

test("[VO4] while an old token can still be used its holder is put back again and again; then no more, and nothing is left", async () => {
  const { redis, jump, stop } = await aMovedClock();
  onTestFinished(stop);
  const { voices, server, room, keys } = await aVoice({ againMs: 10_000 }, SECRET, redis);
  const member = { channel: CHANNEL, number: 7 };
  const bucket = bucketOf(CHANNEL);
  await voices.issue(member, "host");
  server.there.add(`${room} m7`);
  await voices.change(member, "listener");
  await voices.seeTo(bucket);
  expect(server.asked).toHaveLength(1);
  for (let seconds = 10; seconds <= 700; seconds += 10) {
    await jump(10_000);
    await voices.seeTo(bucket);
  }
  // Ten minutes, and ten seconds for clocks that differ.
  expect(server.asked).toHaveLength(1 + 61);
  const due = keys.inBucket(bucket, "voicedue");
  expect(await redis.run(due, ["EXISTS", due])).toBe(0);
  // Who gets a token that is right meanwhile is not put back below it.
  await voices.change(member, "listener");
  await voices.issue(member, "listener");
  await redis.fcall("voice_change", keys.prefixes(CHANNEL), [CHANNEL, "7", "speaker"]);
  await voices.seeTo(bucket);
  expect(server.asked.at(-1)?.body.permission).toMatchObject({ canPublish: true });
});

test("[VO5] a server that does not know the key refuses, and the revocation stays due", async () => {
  const { voices, server, redis, keys } = await aVoice({ leaseMs: 1 }, `${SECRET}-not`);
  const member = { channel: CHANNEL, number: 7 };
  await voices.issue(member, "speaker");
  await voices.change(member, undefined);
  expect(server.refused.length).toBeGreaterThan(0);
  expect(server.asked).toEqual([]);
  const due = keys.inBucket(bucketOf(CHANNEL), "voicedue");
  expect(await redis.run(due, ["ZCARD", due])).toBe(1);
});

test("[VO6] there is no voice unless its server is set; then with key and secret, and in production by TLS", () => {
  const voice = {
    ...{ GREMIO_LIVEKIT_URL: "wss://voice.example", GREMIO_LIVEKIT_KEY: KEY, GREMIO_LIVEKIT_SECRET: SECRET },
  };
  expect(loadConfig(production, "chat").voice).toBeUndefined();
  expect(loadConfig({ ...production, ...voice }, "chat").voice).toEqual({
    url: "wss://voice.example",
    key: KEY,
    secret: SECRET,
  });
  for (const name of Object.keys(voice))
    expect(problemsWith({ ...voice, [name]: "" }).map((problem) => problem.name)).toEqual([name]);
  const wrong = { ...voice, GREMIO_LIVEKIT_URL: "ws://voice.example" };
  expect(problemsWith(wrong)).toMatchObject([{ name: "GREMIO_LIVEKIT_URL" }]);
  const [told] = problemsWith({ ...voice, GREMIO_LIVEKIT_SECRET: "short" });
  expect(told).toMatchObject({ name: "GREMIO_LIVEKIT_SECRET" });
  expect(JSON.stringify(told)).not.toContain("short");
});
