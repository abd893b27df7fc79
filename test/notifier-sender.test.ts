import type { Message } from "firebase-admin/messaging";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { sandboxApp } from "../server/fcm-sandbox/connect.ts";
import { type FcmSandbox, startFcmSandbox } from "../server/fcm-sandbox/start.ts";
import { makeFcmSender } from "../server/notifier/sending/fcm.ts";
import { sortError } from "../server/notifier/sending/fcm-error.ts";
import { accountKeys } from "./account-keys.ts";
import { aMessaging, control, routeHttp2 } from "./fcm-sandbox-harness.ts";
import { waitFor } from "./wait-for.ts";
import { within } from "./within.ts";

let sandbox: FcmSandbox;
beforeAll(async () => {
  sandbox = await startFcmSandbox({ accountKeys: await accountKeys() });
});
afterAll(() => sandbox.close());

let count = 0;
/** A phone of its own, of which the next pushes meet this. */
const aPhone = async (outcome?: object, platform = "android"): Promise<string> => {
  const target = `phone-${++count}`;
  await control(sandbox, "PUT", `/devices/${target}`, { platform });
  if (outcome !== undefined) await control(sandbox, "POST", `/devices/${target}/outcome`, outcome);
  return target;
};

const aSender = (deadlineMs = 5_000, connection = sandbox.connection) => {
  const seen = { requests: 0, repeats: 0 };
  const sender = makeFcmSender(() => sandboxApp(connection), {
    deadlineMs,
    onRequest: () => {
      seen.requests += 1;
    },
    onRepeat: () => {
      seen.repeats += 1;
    },
  });
  onTestFinished(() => sender.close());
  return { ...sender, seen };
};

const messageTo = (target: string, kind: "token" | "fid" = "token"): Message => ({
  ...(kind === "fid" ? { fid: target } : { token: target }),
  notification: { title: "Lobos", body: "Hello" },
});

const UNKNOWN = { type: "unavailable" };

/** The tables of FCM's errors and of what firebase-admin makes of them; see docs/push.md. */
const ROWS: readonly (readonly [outcome: Record<string, unknown>, becomes: object])[] = [
  [{ kind: "error", code: "UNREGISTERED" }, { type: "gone" }],
  [{ kind: "error", code: "UNREGISTERED", details: "none" }, { type: "gone" }],
  [{ kind: "error", code: "INVALID_ARGUMENT" }, { type: "gone" }],
  [{ kind: "error", code: "INVALID_ARGUMENT", details: "none" }, { type: "gone" }],
  [{ kind: "error", code: "INVALID_ARGUMENT", details: "bad-request" }, { type: "gone" }],
  [{ kind: "error", code: "INVALID_ARGUMENT", details: "apns" }, { type: "gone" }],
  [
    { kind: "error", code: "SENDER_ID_MISMATCH" },
    { type: "gone", foreign: true },
  ],
  [{ kind: "error", code: "SENDER_ID_MISMATCH", details: "none" }, { type: "credentials" }],
  [
    { kind: "error", code: "QUOTA_EXCEEDED", retryAfterS: 7 },
    { type: "busy", retryAfterMs: 7_000 },
  ],
  [
    { kind: "error", code: "QUOTA_EXCEEDED" },
    { type: "busy", retryAfterMs: 60_000 },
  ],
  [
    { kind: "error", code: "QUOTA_EXCEEDED", details: "none" },
    { type: "busy", retryAfterMs: 60_000 },
  ],
  [{ kind: "error", code: "UNAVAILABLE" }, UNKNOWN],
  [
    { kind: "error", code: "UNAVAILABLE", retryAfterS: 1 },
    { type: "unavailable", retryAfterMs: 1_000 },
  ],
  [
    { kind: "error", code: "UNAVAILABLE", retryAfterS: 61 },
    { type: "unavailable", retryAfterMs: 61_000 },
  ],
  [{ kind: "error", code: "INTERNAL" }, UNKNOWN],
  [
    { kind: "error", code: "INTERNAL", retryAfterS: 12 },
    { type: "unavailable", retryAfterMs: 12_000 },
  ],
  [{ kind: "error", code: "THIRD_PARTY_AUTH_ERROR" }, { type: "platform" }],
  [{ kind: "error", code: "THIRD_PARTY_AUTH_ERROR", details: "none" }, { type: "credentials" }],
  [{ kind: "error", code: "UNSPECIFIED_ERROR" }, UNKNOWN],
  [{ kind: "error", code: "UNSPECIFIED_ERROR", details: "none" }, UNKNOWN],
  // What claims to be a success and is none.
  [{ kind: "error", code: "INTERNAL", status: 200 }, UNKNOWN],
  [{ kind: "html", status: 400 }, { type: "rejected" }],
  [{ kind: "html", status: 401 }, { type: "credentials" }],
  [{ kind: "html", status: 403 }, { type: "credentials" }],
  [{ kind: "html", status: 404 }, UNKNOWN],
  [
    { kind: "html", status: 429, retryAfterS: 3 },
    { type: "busy", retryAfterMs: 3_000 },
  ],
  [{ kind: "html", status: 500 }, UNKNOWN],
  [{ kind: "html", status: 502 }, UNKNOWN],
  [{ kind: "html", status: 503 }, UNKNOWN],
  [{ kind: "html", status: 504 }, UNKNOWN],
  [{ kind: "empty" }, UNKNOWN],
];

describe("over what we send by", () => {
  test("[NO40] every error of FCM's tables is sorted as they say, by one request", async () => {
    const sender = aSender();
    const targets = await Promise.all(ROWS.map(([outcome]) => aPhone({ ...outcome, times: 1 })));
    const outcomes = await Promise.all(targets.map((target) => sender.send(messageTo(target))));
    expect(outcomes).toMatchObject(ROWS.map(([, becomes]) => becomes));
    expect(sender.seen).toEqual({ requests: ROWS.length, repeats: 0 });
    // The connections are good for the next ones.
    const after = await Promise.all(targets.map((target) => sender.send(messageTo(target))));
    expect(after).toMatchObject(ROWS.map(() => ({ type: "sent" })));
  });

  test("[NO40] a fid that is not registered is gone, as a token is", async () => {
    const sender = aSender();
    const fid = `fid-${++count}`;
    await control(sandbox, "PUT", `/devices/${fid}`, { kind: "fid" });
    expect(await sender.send(messageTo(fid, "fid"))).toMatchObject({ type: "sent" });
    await control(sandbox, "POST", `/devices/${fid}/outcome`, {
      ...{ kind: "error", code: "UNREGISTERED", details: "none", times: 1 },
    });
    expect(await sender.send(messageTo(fid, "fid"))).toMatchObject({ type: "gone" });
    await control(sandbox, "DELETE", `/devices/${fid}`);
    expect(await sender.send(messageTo(fid, "fid"))).toMatchObject({ type: "gone" });
  });

  test("[NO40] a message FCM does not take is our mistake, not the device's", async () => {
    const sender = aSender();
    const target = await aPhone();
    const tooLong = { token: target, notification: { title: "t", body: "x".repeat(5_000) } };
    expect(await sender.send(tooLong)).toMatchObject({ type: "rejected" });
    expect(await sender.send({ ...messageTo(target), data: { from: "reserved" } })).toMatchObject({ type: "rejected" });
  });
});

test("[NO40] over HTTP/2 the same errors mean the same", async () => {
  routeHttp2(sandbox);
  // A 503 is repeated by firebase-admin for seconds, unless FCM asks for more than a minute.
  const rows = ROWS.map(([outcome, becomes]): (typeof ROWS)[number] =>
    outcome.code === "UNAVAILABLE" || outcome.status === 503
      ? [
          { ...outcome, retryAfterS: 61 },
          { ...becomes, retryAfterMs: 61_000 },
        ]
      : [outcome, becomes],
  );
  const targets = await Promise.all(rows.map(([outcome]) => aPhone(outcome)));
  const { responses } = await aMessaging(sandbox).sendEach(targets.map((target) => messageTo(target)));
  expect(responses.map(({ error }) => sortError(error))).toMatchObject(rows.map(([, becomes]) => becomes));
});

describe("what goes wrong on the way", () => {
  test.each([
    ["never answers", { kind: "hang" }],
    ["resets the connection", { kind: "reset" }],
    ["closes the connection before it answers", { kind: "close" }],
  ])(
    "[NO41] a server that %s: unavailable, by the deadline, and nothing of the call goes on",
    async (_title, outcome) => {
      const sender = aSender(1_500);
      const target = await aPhone(outcome);
      const start = performance.now();
      expect(await sender.send(messageTo(target))).toMatchObject(UNKNOWN);
      expect(performance.now() - start).toBeLessThan(within(2_000));
      expect(sender.seen.requests).toBe(1);
      expect(await requestsTo(target)).toBe(1);
      // A kept connection that dies is tried once more on another, and counted.
      const warm = await aPhone();
      expect(await sender.send(messageTo(warm))).toMatchObject({ type: "sent" });
      await control(sandbox, "POST", `/devices/${warm}/outcome`, { ...outcome, times: 1 });
      const again = await sender.send(messageTo(warm));
      expect(again.type).toBe("kind" in outcome && outcome.kind === "hang" ? "unavailable" : "sent");
      expect(sender.seen.repeats).toBe(again.type === "sent" ? 1 : 0);
    },
  );

  test("[NO41] after the deadline nothing of a call reaches FCM any more, and its connection is given back", async () => {
    const sender = aSender(300);
    const target = await aPhone({ kind: "hang" });
    const calls = await Promise.all(Array.from({ length: 40 }, () => sender.send(messageTo(target))));
    expect(new Set(calls.map(({ type }) => type))).toEqual(new Set(["unavailable"]));
    const fresh = messageTo(await aPhone());
    await waitFor(async () => (await sender.send(fresh)).type === "sent", "another call to be made in time");
    expect(await requestsTo(target)).toBeLessThanOrEqual(40);
  });

  test("[NO41] nobody listens there at all", async () => {
    const gone = await startFcmSandbox({ accountKeys: await accountKeys() });
    const sender = aSender(2_000, gone.connection);
    const target = await aPhone();
    expect(await sender.send(messageTo(target))).toMatchObject({ type: "sent" });
    await gone.close();
    expect(await sender.send(messageTo(target))).toMatchObject(UNKNOWN);
  });
});

describe("tokens and credentials", () => {
  const faults = async (access: object): Promise<void> => {
    await control(sandbox, "PUT", "/access", access);
    onTestFinished(async () => void (await control(sandbox, "PUT", "/access", {})));
  };

  test.each([
    ["token", "hang", "unavailable"],
    ["token", "unavailable", "unavailable"],
    ["token", "refused", "credentials"],
    ["send", "expired", "credentials"],
    ["send", "forbidden", "credentials"],
  ])(
    "[NO42] %s %s: %s, within the deadline; mended, it sends, once the credentials are read anew",
    async (of, fault, type) => {
      const sender = aSender(1_500);
      const target = await aPhone();
      await faults({ [of]: fault });
      const start = performance.now();
      expect(await sender.send(messageTo(target))).toMatchObject({ type });
      expect(performance.now() - start).toBeLessThan(within(3_000));
      await faults({});
      sender.renew();
      expect(await sender.send(messageTo(target))).toMatchObject({ type: "sent" });
    },
  );

  test("[NO42] credentials that cannot be read when they are read anew: those there were stay", async () => {
    let isBroken = false;
    const sender = makeFcmSender(
      () => {
        if (isBroken) throw new Error("no such file");
        return sandboxApp(sandbox.connection);
      },
      { deadlineMs: 2_000 },
    );
    onTestFinished(() => sender.close());
    isBroken = true;
    sender.renew();
    expect(await sender.send(messageTo(await aPhone()))).toMatchObject({ type: "sent" });
  });
});

const requestsTo = async (target: string): Promise<number> => {
  const { body } = await control(sandbox, "GET", "/requests");
  return JSON.stringify(body).split(`"value":"${target}"`).length - 1;
};
