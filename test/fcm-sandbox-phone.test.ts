import type { Message } from "firebase-admin/messaging";
import { expect, test } from "vitest";
import type { PhoneView } from "../server/fcm-sandbox/phone.ts";
import type { Platform } from "../server/fcm-sandbox/push.ts";
import { aClock, aMessaging, aSandbox, control } from "./fcm-sandbox-harness.ts";

/** A phone of its own sandbox, on a clock that the test moves. */
async function aPhone(platform: Platform = "android") {
  const clock = aClock();
  const sandbox = await aSandbox({ now: clock.now });
  await control(sandbox, "PUT", "/devices/phone", { platform });
  const messaging = aMessaging(sandbox);
  const view = (): PhoneView => {
    const [phone] = sandbox.devices();
    if (!phone) throw new Error("the phone is gone");
    return phone;
  };
  return {
    clock,
    view,
    titles: () => view().screen.map((shown) => shown.title),
    send: (message: Omit<Message, "token">) => messaging.send({ ...message, token: "phone" }),
    goes: (where: "online" | "offline") => control(sandbox, "POST", `/devices/phone/${where}`),
  };
}

const note = (title: string) => ({ notification: { title } });
const keyed = (title: string, collapseKey: string) => ({ ...note(title), android: { collapseKey } });

test("[FS10] the newest of an android tag replaces the older one on the screen; others stand beside it", async () => {
  const phone = await aPhone();
  const tagged = (title: string, tag: string) => phone.send({ ...note(title), android: { notification: { tag } } });
  await tagged("one", "guild");
  await tagged("other", "war");
  await tagged("two", "guild");
  await phone.send(note("plain"));
  await phone.send(note("plain"));
  expect(phone.titles()).toEqual(["other", "two", "plain", "plain"]);
  expect(phone.view().screen[1]).toMatchObject({ tag: "guild", replaced: 1 });
  expect(phone.view().received.map((delivery) => delivery.effect)).toEqual([
    "shown",
    "shown",
    "replaced",
    "shown",
    "shown",
  ]);
});

test("[FS10] Android shows at most 50 notifications of an app", async () => {
  const phone = await aPhone();
  for (let count = 0; count < 51; count += 1) await phone.send(note(`n${count}`));
  expect(phone.titles()).toHaveLength(50);
  expect(phone.view().received.at(-1)).toMatchObject({ title: "n50", effect: "not-shown" });
});

test("[FS11] a message of data alone is silent, of normal priority unless it says otherwise", async () => {
  const phone = await aPhone();
  await phone.send({ data: { clear: "guild" } });
  await phone.send({ data: { wake: "up" }, android: { priority: "high" } });
  await phone.send(note("seen"));
  expect(phone.view()).toMatchObject({
    silentCount: 2,
    screen: [{ title: "seen" }],
    received: [
      { silent: true, alerts: false, priority: "normal", data: { clear: "guild" } },
      { silent: true, priority: "high" },
      { silent: false, alerts: true, priority: "high" },
    ],
  });
});

test("[FS12] while offline only the newest of a collapse key is kept", async () => {
  const phone = await aPhone();
  await phone.goes("offline");
  await phone.send(keyed("old", "digest"));
  await phone.send(keyed("war", "war"));
  await phone.send(keyed("new", "digest"));
  expect(phone.view()).toMatchObject({ receivedCount: 0, storedCount: 2 });
  await phone.goes("online");
  expect(phone.titles()).toEqual(["war", "new"]);
  expect(phone.view().storedCount).toBe(0);
});

test("[FS12] online, a collapse key replaces nothing", async () => {
  const phone = await aPhone();
  await phone.send(keyed("old", "digest"));
  await phone.send(keyed("new", "digest"));
  expect(phone.titles()).toEqual(["old", "new"]);
});

test("[FS12] at most four collapse keys are kept", async () => {
  const phone = await aPhone();
  await phone.goes("offline");
  for (const key of ["a", "b", "c", "d", "e"]) await phone.send(keyed(key, key));
  await phone.goes("online");
  expect(phone.titles()).toEqual(["b", "c", "d", "e"]);
});

test("[FS12] Android notifications without a key share the app's", async () => {
  const phone = await aPhone();
  await phone.goes("offline");
  await phone.send(note("old"));
  await phone.send(note("new"));
  await phone.goes("online");
  expect(phone.titles()).toEqual(["new"]);
});

test("[FS13] one more than 100 stored messages without a key, and all are discarded; the app is told", async () => {
  const phone = await aPhone();
  await phone.goes("offline");
  for (let count = 0; count < 100; count += 1) await phone.send({ data: { n: String(count) } });
  expect(phone.view().storedCount).toBe(100);
  await phone.send({ data: { n: "100" } });
  await phone.goes("online");
  expect(phone.view()).toMatchObject({ receivedCount: 0, storedCount: 0, deletedMessagesCount: 1 });
});

test("[FS14] what expires while the phone is offline is not delivered; a ttl of 0 is now or never", async () => {
  const phone = await aPhone();
  const lasting = (title: string, ttl: number) => phone.send({ ...note(title), android: { ttl, collapseKey: title } });
  await lasting("now", 0);
  await phone.goes("offline");
  await lasting("never", 0);
  await lasting("short", 1500);
  await lasting("long", 60_000);
  phone.clock.advance(1500);
  await phone.goes("online");
  expect(phone.titles()).toEqual(["now", "long"]);
});

test("[FS15] Apple: apns-collapse-id replaces on the screen and while offline", async () => {
  const phone = await aPhone("ios");
  const collapsing = (title: string, id: string) =>
    phone.send({ ...note(title), apns: { headers: { "apns-collapse-id": id } } });
  await collapsing("one", "guild");
  await phone.goes("offline");
  await collapsing("two", "guild");
  await collapsing("three", "guild");
  await phone.goes("online");
  expect(phone.titles()).toEqual(["three"]);
  expect(phone.view().receivedCount).toBe(2);
});

test("[FS15] Apple: apns-expiration ends what waits, android.ttl does not", async () => {
  const phone = await aPhone("ios");
  await phone.goes("offline");
  const untilS = Math.ceil(phone.clock.now() / 1000) + 60;
  await phone.send({ ...note("never"), apns: { headers: { "apns-expiration": "0" } } });
  await phone.send({ ...note("expired"), apns: { headers: { "apns-expiration": String(untilS) } } });
  await phone.send({ ...note("kept"), android: { ttl: 1 } });
  phone.clock.advance(62_000);
  await phone.goes("online");
  expect(phone.titles()).toEqual(["kept"]);
});

test("[FS15] Apple: priority, alert text and interruption level come from apns", async () => {
  const phone = await aPhone("ios");
  await phone.send({
    data: { a: "b" },
    apns: {
      headers: { "apns-priority": "5" },
      payload: { aps: { alert: { title: "Apple" }, "interruption-level": "passive" }, extra: "x" },
    },
  });
  await phone.send({ data: { a: "b" }, apns: { payload: { aps: { contentAvailable: true } } } });
  expect(phone.view().received).toMatchObject([
    { title: "Apple", priority: "normal", alerts: false, silent: false, data: { a: "b", extra: "x" } },
    { silent: true, priority: "normal" },
  ]);
});

test("[FS15] the web: Topic replaces while offline, tag on the screen, TTL and Urgency count", async () => {
  const phone = await aPhone("web");
  const message = (title: string, topic: string, ttl: string) =>
    phone.send({
      ...note(title),
      webpush: { headers: { Topic: topic, TTL: ttl, Urgency: "high" }, notification: { tag: "t" } },
    });
  await message("first", "x", "60");
  await phone.goes("offline");
  await message("old", "x", "60");
  await message("new", "x", "60");
  await message("gone", "y", "1");
  phone.clock.advance(2000);
  await phone.goes("online");
  expect(phone.titles()).toEqual(["new"]);
  expect(phone.view().received).toMatchObject([{ priority: "high" }, { title: "new", effect: "replaced" }]);
});

test("[FS16] topics and conditions reach the phones that subscribed", async () => {
  const sandbox = await aSandbox();
  const messaging = aMessaging(sandbox);
  messaging.enableLegacyHttpTransport();
  expect(await messaging.subscribeToTopic(["a", "b"], "guild")).toMatchObject({ successCount: 2 });
  expect(await messaging.subscribeToTopic("b", "war")).toMatchObject({ successCount: 1 });
  await messaging.send({ topic: "guild", notification: { title: "guild" } });
  await messaging.send({ condition: "'guild' in topics && !('war' in topics)", notification: { title: "peace" } });
  await messaging.unsubscribeFromTopic("a", "guild");
  await messaging.send({ topic: "guild", notification: { title: "rest" } });
  const seen = sandbox.devices().map((phone) => [phone.target, phone.screen.map((shown) => shown.title)]);
  expect(Object.fromEntries(seen)).toEqual({ a: ["guild", "peace"], b: ["guild", "rest"] });
});

test("[FS17] a phone appears at its first push; strictly, or once uninstalled, it is not registered", async () => {
  const open = await aSandbox();
  const unregistered = { code: "messaging/registration-token-not-registered" };
  await aMessaging(open).send({ token: "new" });
  await control(open, "DELETE", "/devices/new");
  await expect(aMessaging(open).send({ token: "new" })).rejects.toMatchObject(unregistered);
  await control(open, "PUT", "/devices/new");
  await aMessaging(open).send({ token: "new" });

  const strict = await aSandbox({ strictDevices: true });
  await expect(aMessaging(strict).send({ token: "new" })).rejects.toMatchObject(unregistered);
  await control(strict, "PUT", "/devices/new", { kind: "fid" });
  await expect(aMessaging(strict).send({ token: "new" })).rejects.toMatchObject(unregistered);
  await aMessaging(strict).send({ fid: "new" });
});

test("[FS18] more than the quota of messages a minute to one device is QUOTA_EXCEEDED", async () => {
  const clock = aClock(Math.floor(Date.now() / 60_000) * 60_000 + 15_000);
  const sandbox = await aSandbox({ now: clock.now, deviceQuotaPerMinute: 3 });
  const messaging = aMessaging(sandbox);
  for (let count = 0; count < 3; count += 1) await messaging.send({ token: "busy" });
  await expect(messaging.send({ token: "busy" })).rejects.toMatchObject({
    code: "messaging/message-rate-exceeded",
    httpResponse: { headers: { "retry-after": "45" } },
  });
  await messaging.send({ token: "calm" });
  clock.advance(45_000);
  await messaging.send({ token: "busy" });
});
