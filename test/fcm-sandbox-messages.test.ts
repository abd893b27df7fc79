import { expect, test } from "vitest";
import { aMessaging, aSandbox, rawSend } from "./fcm-sandbox-harness.ts";

const BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest";
const FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError";

test.each([
  [
    "an unknown name",
    { message: { token: "t", tokens: ["t"] } },
    "message",
    `Unknown name "tokens" at 'message': Cannot find field.`,
  ],
  [
    "an unknown name deep inside",
    { message: { token: "t", android: { notification: { tagg: "x" } } } },
    "message.android.notification",
    `Unknown name "tagg" at 'message.android.notification': Cannot find field.`,
  ],
  [
    "an unknown name outside the message",
    { message: { token: "t" }, dry_run: true },
    "",
    `Unknown name "dry_run": Cannot find field.`,
  ],
  [
    "a number in data",
    { message: { token: "t", data: { a: "x", n: 5 } } },
    "message.data[1].value",
    "Invalid value at 'message.data[1].value' (TYPE_STRING), 5",
  ],
  [
    "an object in data",
    { message: { token: "t", data: { o: { p: 1 } } } },
    "message.data[0].value",
    `Invalid value at 'message.data[0].value' (TYPE_STRING), {"p":1}`,
  ],
  [
    "a list for a message",
    { message: { token: "t", notification: [] } },
    "message",
    `Unknown name "notification" at 'message': Proto field is not repeating, cannot start list.`,
  ],
  [
    "a ttl that is a number",
    { message: { token: "t", android: { ttl: 60 } } },
    "message.android.ttl",
    "(type.googleapis.com/google.protobuf.Duration), 60",
  ],
  [
    "a ttl in minutes",
    { message: { token: "t", android: { ttl: "5m" } } },
    "message.android.ttl",
    '(type.googleapis.com/google.protobuf.Duration), "5m"',
  ],
  [
    "a priority that does not exist",
    { message: { token: "t", android: { priority: "URGENT" } } },
    "message.android.priority",
    '(type.googleapis.com/google.firebase.fcm.v1.AndroidMessagePriority), "URGENT"',
  ],
  [
    "a count that is a fraction",
    { message: { token: "t", android: { notification: { notificationCount: 1.5 } } } },
    "message.android.notification.notification_count",
    "(TYPE_INT32), 1.5",
  ],
  [
    "a header that is a number",
    { message: { token: "t", apns: { headers: { "apns-priority": 10 } } } },
    "message.apns.headers[0].value",
    "(TYPE_STRING), 10",
  ],
  [
    "two targets",
    { message: { token: "t", topic: "g" } },
    "message",
    "oneof field 'target' is already set. Cannot set 'topic'",
  ],
])("[FS4] %s is refused in the words of the JSON parser", async (_what, body, field, words) => {
  const sandbox = await aSandbox();
  const answer = await rawSend(sandbox, body);
  expect(answer).toMatchObject({
    status: 400,
    body: {
      error: {
        code: 400,
        status: "INVALID_ARGUMENT",
        details: [{ "@type": BAD_REQUEST, fieldViolations: [{ field }] }],
      },
    },
  });
  expect(JSON.stringify(answer.body)).toContain(JSON.stringify(words).slice(1, -1));
  expect(sandbox.devices()).toEqual([]);
});

test("[FS4] every mistake is told, not only the first", async () => {
  const sandbox = await aSandbox();
  const answer = await rawSend(sandbox, { message: { token: "t", data: { n: 5 }, android: { nope: 1, also: 2 } } });
  expect(answer.body).toMatchObject({ error: { details: [{ fieldViolations: [{}, {}, {}] }] } });
});

test("[FS4] what is no JSON is refused", async () => {
  expect(await rawSend(await aSandbox(), "{")).toMatchObject({ status: 400 });
});

test.each([
  ["no target", { notification: { title: "x" } }, "Recipient of the message is not set."],
  ["an empty token", { token: "" }, "The registration token is not a valid FCM registration token"],
  ["a topic with its prefix", { topic: "/topics/guild" }, "Invalid topic name"],
  ["a condition that does not parse", { condition: "'a' in topics &&" }, "Invalid condition expression provided."],
  [
    "a condition of six topics",
    { condition: Array(6).fill("'a' in topics").join(" || ") },
    "Invalid condition expression provided.",
  ],
  ["the data key from", { token: "t", data: { from: "x" } }, "Invalid data payload key: from"],
  ["the data key message_type", { token: "t", data: { message_type: "x" } }, "Invalid data payload key: message_type"],
  [
    "a data key of google.",
    { token: "t", android: { data: { "google.x": "x" } } },
    "Invalid data payload key: google.x",
  ],
  [
    "a data key of gcm.notification.",
    { token: "t", webpush: { data: { "gcm.notification.x": "x" } } },
    "Invalid data payload key: gcm.notification.x",
  ],
  [
    "a ttl of more than 4 weeks",
    { token: "t", android: { ttl: "2419200.001s" } },
    "The ttl must be between 0 and 2419200 seconds",
  ],
  ["a negative ttl", { token: "t", android: { ttl: "-1s" } }, "The ttl must be between 0 and 2419200 seconds"],
  [
    "an analytics label with a space",
    { token: "t", fcm_options: { analytics_label: "a b" } },
    "Invalid analytics label",
  ],
  [
    "an analytics label of 51 characters",
    { token: "t", android: { fcm_options: { analytics_label: "a".repeat(51) } } },
    "Invalid analytics label",
  ],
  [
    "a data message to Apple with high priority",
    { token: "t", data: { a: "b" }, apns: { headers: { "apns-priority": "10" } } },
    "A data message to an Apple device must have normal priority (apns-priority 5)",
  ],
  ["an apns-priority of 7", { token: "t", apns: { headers: { "apns-priority": "7" } } }, "Invalid apns-priority"],
  [
    "an apns-collapse-id of 65 bytes",
    { token: "t", apns: { headers: { "apns-collapse-id": "é".repeat(33) } } },
    "Invalid apns-collapse-id",
  ],
  ["data of 4097 bytes", { token: "t", data: { k: "x".repeat(4096) } }, "Android message is too big"],
  ["data of 4097 bytes in UTF-8", { token: "t", data: { k: "é".repeat(2048) } }, "Android message is too big"],
  ["2049 bytes to a topic", { topic: "t", data: { k: "x".repeat(2048) } }, "Android message is too big"],
  [
    "a payload that is too big for Apple",
    { token: "t", notification: { title: "x" }, apns: { payload: { long: "x".repeat(4090) } } },
    "APNS message is too big",
  ],
])("[FS5] %s is refused with an FcmError", async (_what, message, description) => {
  const sandbox = await aSandbox();
  const answer = await rawSend(sandbox, { message });
  expect(answer).toMatchObject({
    status: 400,
    body: {
      error: {
        status: "INVALID_ARGUMENT",
        message: description,
        details: [{ "@type": BAD_REQUEST }, { "@type": FCM_ERROR, errorCode: "INVALID_ARGUMENT" }],
      },
    },
  });
  expect(sandbox.devices()).toEqual([]);
});

test.each([
  [
    "snake_case",
    {
      token: "t",
      android: { collapse_key: "k", notification: { title: "x", channel_id: "c" } },
      fcm_options: { analytics_label: "imm" },
    },
  ],
  [
    "camelCase",
    {
      token: "t",
      android: { collapseKey: "k", notification: { title: "x", channelId: "c" } },
      fcmOptions: { analyticsLabel: "imm" },
    },
  ],
  [
    "null for what is absent",
    {
      token: "t",
      topic: null,
      data: null,
      android: { ttl: null, collapseKey: "k", notification: { title: "x", channelId: "c" } },
    },
  ],
])("[FS6] a message in %s is understood", async (_what, message) => {
  const sandbox = await aSandbox();
  expect(await rawSend(sandbox, { message })).toMatchObject({ status: 200 });
  expect(sandbox.devices()).toMatchObject([{ received: [{ collapseKey: "k", channelId: "c", title: "x" }] }]);
});

test.each([
  ["a ttl of 0", { token: "t", android: { ttl: "0s" } }],
  ["a ttl of 3.5 s", { token: "t", android: { ttl: "3.5s" } }],
  ["a ttl of 4 weeks", { token: "t", android: { ttl: "2419200s" } }],
  ["a priority in lower case", { token: "t", android: { priority: "high" } }],
  ["data of exactly 4096 bytes", { token: "t", data: { k: "x".repeat(4095) } }],
  [
    "a data message to Apple with normal priority",
    { token: "t", data: { a: "b" }, apns: { headers: { "apns-priority": "5" } } },
  ],
  ["2048 bytes to a topic", { topic: "t", data: { k: "x".repeat(2047) } }],
])("[FS6] %s is accepted", async (_what, message) => {
  expect(await rawSend(await aSandbox(), { message })).toMatchObject({ status: 200 });
});

test("[FS6] every field that firebase-admin can write is accepted", async () => {
  const sandbox = await aSandbox();
  await aMessaging(sandbox).send({
    token: "t",
    data: { a: "b" },
    notification: { title: "t", body: "b", imageUrl: "https://example.org/i.png" },
    fcmOptions: { analyticsLabel: "imm" },
    android: {
      collapseKey: "digest",
      priority: "high",
      ttl: 1500,
      restrictedPackageName: "org.example",
      directBootOk: true,
      data: { c: "d" },
      fcmOptions: { analyticsLabel: "imm" },
      notification: {
        title: "t",
        body: "b",
        icon: "i",
        color: "#aabbcc",
        sound: "default",
        tag: "guild",
        clickAction: "OPEN",
        bodyLocKey: "k",
        bodyLocArgs: ["a"],
        titleLocKey: "k",
        titleLocArgs: ["a"],
        channelId: "chat",
        ticker: "t",
        sticky: true,
        eventTimestamp: new Date(),
        localOnly: true,
        priority: "high",
        vibrateTimingsMillis: [100, 200],
        defaultVibrateTimings: false,
        defaultSound: true,
        lightSettings: { color: "#aabbcc", lightOnDurationMillis: 100, lightOffDurationMillis: 100 },
        defaultLightSettings: false,
        visibility: "private",
        notificationCount: 3,
        proxy: "deny",
      },
    },
    apns: {
      headers: { "apns-priority": "10" },
      payload: { aps: { alert: { title: "t" }, badge: 1, sound: "default", "interruption-level": "time-sensitive" } },
      fcmOptions: { analyticsLabel: "imm", imageUrl: "https://example.org/i.png" },
    },
    webpush: {
      headers: { TTL: "60", Urgency: "high", Topic: "guild" },
      data: { e: "f" },
      notification: { title: "t", actions: [{ action: "a", title: "t" }] },
      fcmOptions: { link: "https://example.org" },
    },
  });
  expect(sandbox.devices()).toMatchObject([{ received: [{ tag: "guild", collapseKey: "digest", data: { c: "d" } }] }]);
});

test("[FS7] a dry run is judged and answered, and reaches no phone", async () => {
  const sandbox = await aSandbox();
  const messaging = aMessaging(sandbox);
  expect(await messaging.send({ token: "t" }, true)).toBe("projects/gremio-sandbox/messages/fake_message_id");
  await expect(messaging.send({ topic: "t", data: { from: "x" } }, true)).rejects.toMatchObject({
    code: "messaging/invalid-argument",
  });
  expect(sandbox.devices()).toMatchObject([{ receivedCount: 0 }]);
});
