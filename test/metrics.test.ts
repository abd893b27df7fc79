import { expect, test } from "vitest";
import type { Decision } from "../server/decisions/decision.ts";
import { heldBy } from "../server/notifier/held-by.ts";
import { type MetricsDeps, makeMetrics } from "../server/notifier/metrics.ts";
import { makeQuietWatch } from "../server/notifier/quiet-watch.ts";
import type { NoticeKind } from "../shared/notice-kind.ts";
import { aNotifierWorld } from "./a-notifier.ts";
import { control } from "./fcm-sandbox-harness.ts";
import { waitFor } from "./wait-for.ts";

/** Samples of a scrape by name and labels, as Prometheus' text format has them. */
const parsed = (text: string): Map<string, number> => {
  const samples = new Map<string, number>();
  const declared = new Set<string>();
  for (const line of text.trimEnd().split("\n")) {
    const [, type] = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line) ?? [];
    if (type !== undefined) declared.add(type);
    if (line === "" || line.startsWith("#")) continue;
    const [, name = "", labels = "", value = ""] = /^([a-z_]+)(\{[^}]*\})? (\S+)$/.exec(line) ?? [];
    expect(declared, line).toContain(name.replace(/_(bucket|sum|count)$/, ""));
    expect(Number(value), line).not.toBeNaN();
    samples.set(`${name}${labels}`, Number(value));
  }
  return samples;
};

const scrape = async (port: number) => {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  expect(answer.headers.get("content-type")).toContain("text/plain; version=0.0.4");
  return parsed(await answer.text());
};

test("[NM1, NM4] what a notifier does is told to Prometheus, and of nobody by name", async () => {
  const world = await aNotifierWorld();
  for (const player of ["leader", "ana", "beto", "caro"]) await world.member(player);
  await world.players.putPreferences("beto", { push: "none" });
  await world.present("caro", true);
  const { port } = await world.notifier();
  await world.announce("Hello");
  await waitFor(async () => (await world.decisions.totals()).get("pushed:notice"), "the push");
  await waitFor(async () => (await world.decisions.list("caro")).length, "her turn");
  const push = String(world.phone("ana")?.received.at(-1)?.data?.push);
  await world.decisions.report("ana", { push, what: "opened", device: "d1" });

  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const samples = await scrape(port);
  const of = (about: string) => Object.fromEntries([...samples].filter(([name]) => name.startsWith(`gremio_${about}`)));
  expect(of("decisions_total")).toEqual({
    'gremio_decisions_total{about="notice",outcome="drop",reason="own-entry"}': 1,
    'gremio_decisions_total{about="notice",outcome="drop",reason="push-off"}': 1,
    'gremio_decisions_total{about="notice",outcome="later",reason="reading"}': 1,
    'gremio_decisions_total{about="notice",outcome="now",reason="away"}': 1,
  });
  expect(of("fcm_answers_total")).toEqual({ 'gremio_fcm_answers_total{result="sent",code=""}': 1 });
  const notified = of("notify_seconds_count");
  expect(Object.values(notified)).toEqual([1]);
  expect(Object.keys(notified)[0]).toContain('held="none"');
  expect(of("pushes_total")).toMatchObject({
    'gremio_pushes_total{what="told",reason="away",kind="announcement"}': 1,
    'gremio_pushes_total{what="received",reason="away",kind="announcement"}': 1,
    'gremio_pushes_total{what="opened",reason="away",kind="announcement"}': 1,
  });
  expect(of("due_items")).toMatchObject({ 'gremio_due_items{type="again"}': 1 });
  expect(of("outbox_documents")).toEqual({ gremio_outbox_documents: 0 });
  expect(of("push_jobs")).toMatchObject({ 'gremio_push_jobs{line="urgent",state="waiting"}': 0 });
  expect(of("quiet_hour_violations_total")).toEqual({ gremio_quiet_hour_violations_total: 0 });
  expect(of("sending_stopped")).toMatchObject({ 'gremio_sending_stopped{scope="credentials"}': 0 });
  expect(samples.get("gremio_fcm_requests_total")).toBe(1);
  expect(text).not.toMatch(/ana|beto|caro|guild:|d1|messages\//);
});

test("[NM2] in production there are none without a token, and for nobody who does not show it", async () => {
  const world = await aNotifierWorld();
  const production = { development: false };
  const { port: closed } = await world.notifier({}, production);
  expect((await fetch(`http://127.0.0.1:${closed}/metrics`)).status).toBe(404);
  const { port } = await world.notifier({}, { ...production, metricsToken: "a-token-of-prometheus" });
  const ask = async (authorization: string) =>
    (await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { authorization } })).status;
  expect(await Promise.all(["", "Bearer ", "Bearer another-token", "a-token-of-prometheus"].map(ask))).toEqual([
    401, 401, 401, 401,
  ]);
  expect(await ask("Bearer a-token-of-prometheus")).toBe(200);
});

test("[NM6] the world is told whether it sends; what FCM refuses us for only who shows the token", async () => {
  const world = await aNotifierWorld();
  for (const player of ["leader", "ana"]) await world.member(player);
  const { port } = await world.notifier({}, { development: false, metricsToken: "a-token-of-prometheus" });
  const ask = async (path: string, token: string): Promise<unknown> =>
    (await fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: `Bearer ${token}` } })).json();
  expect(await ask("/health", "")).toEqual({ alive: true, sending: "ok" });
  await control(world.sandbox, "PUT", "/access", { send: "forbidden" });
  await world.announce("Hello");
  await waitFor(async () => JSON.stringify(await ask("/health", "")).includes("stopped"), "the refusal");
  expect(await ask("/health", "another")).toEqual({ alive: true, sending: "stopped" });
  expect(await ask("/ready", "")).toEqual({ ready: true, sending: "stopped" });
  const stops = [{ scope: "credentials", why: expect.stringMatching(/./) }];
  expect(await ask("/health", "a-token-of-prometheus")).toMatchObject({ sending: { stops } });
  expect(await ask("/ready", "a-token-of-prometheus")).toMatchObject({ sending: "stopped", stops: ["credentials"] });
});

const HOURS = { from: "22:00", to: "07:00" };
const at = (time: string): number => Date.parse(time);

type Night = { own?: typeof HOURS | null | undefined; through?: NoticeKind[]; studio?: NoticeKind[]; zone?: string };

test.each<[string, Night, string, boolean]>([
  ["in the middle of the night", {}, "2026-11-22T05:00:00Z", true],
  ["in the morning", {}, "2026-11-22T12:00:30Z", false],
  ["the moment they begin: it was on its way", {}, "2026-11-22T03:00:30Z", false],
  ["a minute later", {}, "2026-11-22T03:01:01Z", true],
  ["he has none of his own", { own: null }, "2026-11-22T05:00:00Z", false],
  ["the studio's, as he has said nothing", { own: undefined }, "2026-11-22T05:00:00Z", true],
  ["he lets the kind through", { through: ["mention"] }, "2026-11-22T05:00:00Z", false],
  ["the studio does", { studio: ["mention"] }, "2026-11-22T05:00:00Z", false],
  ["another kind goes through", { through: ["attack"] }, "2026-11-22T05:00:00Z", true],
  ["clocks were put forward in the night", { zone: "America/Santiago" }, "2026-09-06T09:59:00Z", true],
  ["the quiet end comes an hour sooner by it", { zone: "America/Santiago" }, "2026-09-06T10:02:00Z", false],
])("[NM3] %s", async (_title, given, time, breaks) => {
  const {
    own,
    through = [],
    studio = [],
    zone = "America/Bogota",
  } = { own: HOURS, ...given } as {
    own?: typeof HOURS | null;
    through?: "mention"[];
    studio?: "mention"[];
    zone?: string;
  };
  const watch = makeQuietWatch({
    preferences: async () => ({ quietHours: own, through }),
    policy: async () => ({ quietHours: HOURS, through: studio }),
    changedAt: async () => 0,
    zone: async () => zone,
  });
  expect(await watch("ana", "mention", at(time))).toBe(breaks);
});

test("[NM7] what was on its way when quiet hours were set breaks none; a minute later it does", async () => {
  const night = { quietHours: HOURS, through: [] };
  let [own, studio, changedAt]: [typeof night | object, typeof night | object, number] = [
    night,
    night,
    at("2026-11-22T05:00:00Z") - 1_000,
  ];
  const watch = makeQuietWatch({
    preferences: async () => ({ quietHours: null, through: [], ...own }),
    policy: async () => ({ quietHours: null, through: [], ...studio }),
    changedAt: async () => changedAt,
    zone: async () => "America/Bogota",
  });
  const breaks = (afterMs: number) => watch("ana", "mention", at("2026-11-22T05:00:00Z") + afterMs);
  expect([await breaks(0), await breaks(60_000)]).toEqual([false, true]);
  changedAt = 0;
  own = { quietHours: undefined };
  studio = { quietHours: null };
  expect(await breaks(120_000)).toBe(false);
  studio = night;
  expect([await breaks(240_000), await breaks(300_000)]).toEqual([false, true]);
});

const aPush = (part: Partial<Decision> = {}): Decision => ({
  ...{ at: 1_000, about: { type: "notice", channel: "guild:g1", epoch: 1, seq: 1, at: 1_000 } },
  ...{ outcome: "now", reason: "away", inputs: { kind: "mention", importance: "important" }, sent: { d1: "sent" } },
  ...{ answers: { d1: "id" }, push: { id: "p", kind: "mention", tag: "t" }, ...part },
});

/** Metrics of a process by itself, whose Redis is what is given. */
const someMetrics = (part: Partial<MetricsDeps> = {}) =>
  makeMetrics({
    sending: () => ({
      outcomes: { sent: 0, gone: 0, rejected: 0, credentials: 0, platform: 0, busy: 0, unavailable: 0, held: 4 },
      ...{ requests: 5, pauses: 1, stops: [{ scope: "ios", why: "no certificate", sinceMs: 1 }] },
    }),
    pausedMs: (scope) => (scope === "all" ? 2_500 : 0),
    pending: async () => ({ due: new Map([["again", 3]]), lateMs: 1_500, documents: 7 }),
    jobs: async () => [{ line: "urgent", state: "waiting", count: 2 }],
    totals: async () => new Map([["drop:read", 5]]),
    breaksQuiet: async () => false,
    now: () => 4_000,
    ...part,
  });

test("[NM1, NM3] violations, digests, duplicates avoided, clear pushes, pauses and stops", async () => {
  const metrics = someMetrics({ breaksQuiet: async (player) => player === "ana" });
  metrics.recorded({ player: "ana", decision: aPush() });
  metrics.recorded({ player: "beto", decision: aPush({ sent: { d1: "sent", d2: "sent" } }) });
  const digest = aPush({ reason: "digest-due", about: { type: "digest", channel: "c", epoch: 1, seq: 1 } });
  metrics.recorded({ player: "beto", decision: digest });
  metrics.recorded({ player: "beto", decision: { ...digest, sent: { d1: "gave-up" } } });
  const dropped = { ...digest, outcome: "drop", reason: "read", inputs: { type: "digest" } } as const;
  metrics.recorded({ player: "beto", decision: dropped });
  metrics.recorded({ player: "beto", decision: { ...dropped, reason: "told", inputs: { type: "notice" } } });
  metrics.passedOver(2);
  const answers = [
    { type: "sent", answer: "projects/p/messages/1" },
    { type: "gone", answer: "messaging/x" },
  ] as const;
  let turn = 0;
  const sender = metrics.counting({
    send: async () => answers[turn++ % 2] ?? answers[0],
    renew: () => {},
    close: async () => {},
  });
  await sender.send({ token: "t", data: { kind: "clear" } });
  await sender.send({ token: "t", data: { kind: "mention" } });
  const samples = parsed((await metrics.read()).text);
  const expected = {
    gremio_quiet_hour_violations_total: 1,
    'gremio_digests_total{result="sent"}': 1,
    'gremio_digests_total{result="failed"}': 1,
    'gremio_digests_total{result="cancelled"}': 1,
    'gremio_duplicates_avoided_total{by="device"}': 1,
    'gremio_duplicates_avoided_total{by="player"}': 3,
    'gremio_clear_pushes_total{result="sent"}': 1,
    'gremio_fcm_answers_total{result="gone",code="messaging/x"}': 1,
    gremio_fcm_seconds_count: 2,
    gremio_fcm_requests_total: 5,
    gremio_pushes_held_total: 4,
    'gremio_sending_stopped{scope="ios"}': 1,
    'gremio_sending_paused_seconds{scope="all"}': 2.5,
    gremio_due_late_seconds: 1.5,
    gremio_outbox_documents: 7,
    'gremio_push_jobs{line="urgent",state="waiting"}': 2,
    'gremio_notify_seconds_sum{importance="important",held="none"}': 6,
  };
  expect(Object.fromEntries(Object.keys(expected).map((name) => [name, samples.get(name)]))).toEqual(expected);
});

test("[NM5] Redis is asked at most every 10 s, once for all that ask together; while it is away all is told as it was", async () => {
  let asked = 0;
  let time = 0;
  let isAway = false;
  const metrics = someMetrics({
    now: () => time,
    pending: async () => {
      asked += 1;
      if (isAway) throw new Error("away");
      return { due: new Map(), lateMs: 0, documents: 7 };
    },
  });
  const documents = async () => parsed((await metrics.read()).text).get("gremio_outbox_documents");
  expect(await Promise.all([documents(), documents()])).toEqual([7, 7]);
  time = 9_999;
  await documents();
  expect(asked).toBe(1);
  time = 10_000;
  isAway = true;
  expect(await documents()).toBe(7);
  expect(asked).toBe(2);
});

test("[NM4] codes without end make no series without end", async () => {
  const metrics = someMetrics();
  let n = 0;
  const send = async () => ({ type: "unavailable", why: "", answer: `code-${n++}` }) as const;
  const sender = metrics.counting({ send, renew: () => {}, close: async () => {} });
  for (let count = 0; count < 200; count += 1) await sender.send({ token: "t" });
  const series = [...parsed((await metrics.read()).text).keys()].filter((name) => name.includes("fcm_answers"));
  expect(series).toHaveLength(65);
});

test.each([
  ["none", {}],
  ["none", { doNotDisturbUntil: 5, quiet: { ...HOURS, zone: "America/Bogota" } }],
  ["grace", { waited: true }],
  ["burst", { waited: true, gap: true }],
  ["match", { awaitedUntil: 5, gap: true }],
  ["quiet", { held: true, awaitedUntil: 5 }],
])("[NM1] held back by %s", (hold, inputs) => {
  expect(heldBy({ inputs })).toBe(hold);
});

test("[NM1, NM3] a scene that moves each figure: classes and holds, a digest that is cancelled, a duplicate that is avoided, a clear push, quiet hours that were overlooked", async () => {
  const world = await aNotifierWorld({ digestWindowMs: 300 });
  const { players, log, channel } = world;
  for (const player of ["leader", "ana", "beto", "caro"]) await world.member(player);
  // Six hours ahead of the clock by which the hours below are reckoned.
  await players.putProfile("caro", { zone: "Etc/GMT-6" });
  await players.putPreferences("beto", { push: "important", doNotDisturbUntil: Date.now() + 60_000 });
  // Her other phone is answered at the second try.
  await players.putDevice("ana", "d2", { kind: "token", target: "phone-ana-2", platform: "android" });
  await control(world.sandbox, "PUT", "/devices/phone-ana-2", { kind: "token", platform: "android" });
  await control(world.sandbox, "POST", "/devices/phone-ana-2/outcome", {
    kind: "error",
    code: "UNAVAILABLE",
    times: 1,
  });
  await world.plan("caro", { kind: "ok", delayMs: 1_500, times: 1 });
  const { port } = await world.notifier();
  const told = world.keys.of("player:caro", "told");
  const notice = { type: "notice", about: "attack" } as const;
  await log.append({ channel, nonce: "attack-01", kind: "news", body: "The wall is down", notice });
  await waitFor(async () => Number(await world.redis.run(told, ["HLEN", told])) > 0, "a push that is on its way");
  const hour = (by: number) => `${String(new Date(Date.now() + by * 3_600_000).getUTCHours()).padStart(2, "0")}:00`;
  await players.putPreferences("caro", { quietHours: { from: hour(5), to: hour(8) } });
  // As if that had been long ago, and whoever decided had overlooked it.
  const pushing = world.keys.of("player:caro", "pushing");
  await world.redis.run(pushing, ["HDEL", pushing, "changed"]);
  const { seq } = await world.announce("Hello");
  const screens = () => world.sandbox.devices().filter(({ target }) => target.startsWith("phone-ana"));
  await waitFor(() => screens().every(({ screen }) => screen.length === 2), "both notices on both phones");
  await players.putPreferences("beto", { doNotDisturbUntil: 0 });
  await world.read("ana", seq);
  await world.say("Plain");

  const figure = /"?(decisions|notify|fcm_answers|digests|duplicates|clear|quiet_hour|due_items|push_jobs|outbox)/;
  const moved = async () =>
    [...(await scrape(port))].flatMap(([name, value]) => (figure.test(name) && value > 0 ? [name] : []));
  const expected = [
    'decisions_total{about="notice",outcome="now",reason="away"}',
    'decisions_total{about="notice",outcome="later",reason="do-not-disturb"}',
    'decisions_total{about="notice",outcome="later",reason="quiet-hours"}',
    'notify_seconds_count{importance="urgent",held="none"}',
    'notify_seconds_count{importance="important",held="none"}',
    'notify_seconds_count{importance="urgent",held="quiet"}',
    'fcm_answers_total{result="sent",code=""}',
    'fcm_answers_total{result="unavailable",code="none"}',
    'digests_total{result="sent"}',
    'digests_total{result="cancelled"}',
    'duplicates_avoided_total{by="device"}',
    'clear_pushes_total{result="sent"}',
    "quiet_hour_violations_total",
    'due_items{type="match"}',
  ];
  const missing = async () => {
    const names = await moved();
    return expected.filter((name) => !names.includes(`gremio_${name}`));
  };
  let left = expected;
  await waitFor(async () => {
    left = await missing();
    return left.length === 0;
  }, "all of them").catch(() => expect(left).toEqual([]));
});
