import { makeLog } from "../../server/channel/log.ts";
import { makeHeld } from "../../server/moderation/held.ts";
import { makeReports } from "../../server/moderation/reports.ts";
import type { Api } from "../an-api.ts";
import type { Case, makeBackendCases, makePlayerCases } from "../api-case.ts";

type Headers = Record<string, string>;
type Given = {
  ana: Headers;
  caro: Headers;
  backend: ReturnType<typeof makeBackendCases>;
  player: ReturnType<typeof makePlayerCases>;
};

/** Of reports and what was held back, on the world of `allCases`: dino and ana have spoken in g1, beto has reported ana. */
export const reportCases = async (api: Api, { ana, caro, backend, player }: Given): Promise<Case[]> => {
  const { redis, keys } = api;
  const log = makeLog(redis, keys, { historyLength: 1_000 });
  const channel = "guild:g1";
  const nobody = () => ({ seq: 1 });
  const say = (author: string, body: string) =>
    log.append({ channel, author, nonce: `nonce-of-${body}`, kind: "text", body }).catch(nobody);
  const [first, second, ofAna] = [await say("dino", "one"), await say("dino", "two"), await say("ana", "three")];
  const about = { channel, reporter: "beto", seq: ofAna.seq, category: "spam", text: "" } as const;
  await makeReports(redis, keys)
    .file({ ...about, nonce: "nonce-of-beto" })
    .catch(() => undefined);
  const circle = { channel: "circle:m1", author: "ana", nonce: "nonce-held", kind: "text", body: "x" } as const;
  const { report: held } = await makeHeld(redis, keys, log).hold(circle);
  // In a circle with all its bans: what ana said, and what was held back of her, whose nonce she has used for something else since.
  const full = "circle:m2";
  for (const name of ["ana", "caro"]) {
    await api.backend("PATCH", `/v1/players/${name}`, { name });
    await api.backend("PUT", `/v1/channels/${full}/members/${name}`, {});
  }
  const overHeld = { channel: full, author: "ana", nonce: "nonce-used-twice", kind: "text" } as const;
  const { report: used } = await makeHeld(redis, keys, log).hold({ ...overHeld, body: "x" });
  const { seq: ofFull } = await log.append({ ...overHeld, body: "y" }).catch(nobody);
  for (const [channel, seq] of [
    [full, ofFull],
    ["guild:g1", second.seq],
  ] as const)
    await makeReports(redis, keys)
      .file({ ...about, channel, seq, reporter: channel === full ? "caro" : "beto", nonce: `nonce-of-${channel}` })
      .catch(() => undefined);
  // Of somebody of whom nothing is kept any more.
  const ghost = keys.of("guild:g1", `case:${second.seq}`);
  await redis.run(ghost, ["HDEL", ghost, "number"]);
  await redis.run(ghost, ["HSET", ghost, "who", "nadie"]);
  const until = Date.now() + 3_600_000;
  await api.backend("PUT", "/v1/channels/circle:m1/mutes/ana", { until, reason: "spam" });
  for (const [owner, part] of [
    ["guild:broken", "open"],
    ["guild:broken", "case:1"],
    ["player:broken", "reports"],
  ] as const) {
    const key = keys.of(owner, part);
    await redis.run(key, ["DEL", key]);
    await redis.run(key, ["RPUSH", key, "spoilt"]);
  }

  const of = (seq: number, of = channel): string => `/v1/channels/${of}/messages/${seq}/reports`;
  const body = (nonce: string) => ({ nonce: `nonce-${nonce}`, category: "abuse" });
  const report = `/v1/reports/${channel}~${first.seq}`;
  const dismiss = { outcome: "dismissed" };
  return [
    ...player("reportMessage", "POST", of(first.seq), body("first"), [
      ["bad-request", ana, of(first.seq), { ...body("first"), category: "boring" }],
      ["guild-not-found", ana, of(1, "guild:g0"), body("other")],
      ["channel-not-found", ana, of(1, "team:t0"), body("other")],
      ["not-member", caro, of(first.seq), body("other")],
      ["not-permitted", ana, of(ofAna.seq), body("other")],
      ["entry-not-found", ana, of(99_999), body("other")],
      ["key-reused", ana, of(second.seq), body("first")],
    ]),
    ...player("myReports", "GET", "/v1/me/reports", undefined, [["bad-request", ana, "/v1/me/reports?limit=0"]]),
    ...backend("listReports", "GET", "/v1/reports?limit=5", undefined, [
      ["bad-request", "/v1/reports?limit=0"],
      ["guild-not-found", "/v1/reports?channel=guild:g0"],
      ["channel-not-found", "/v1/reports?channel=team:t0"],
      ["not-member", "/v1/reports?channel=guild:g1", undefined, caro],
      ["not-permitted", "/v1/reports", undefined, ana],
      ["internal", "/v1/reports?channel=guild:broken"],
    ]),
    ...backend("getReport", "GET", report, undefined, [
      ["bad-request", "/v1/reports/one"],
      ["guild-not-found", "/v1/reports/guild:g0~1"],
      ["channel-not-found", "/v1/reports/team:t0~1"],
      ["report-not-found", "/v1/reports/guild:g1~99999"],
      ["not-member", report, undefined, caro],
      ["not-permitted", `/v1/reports/${channel}~${ofAna.seq}`, undefined, ana],
      ["internal", "/v1/reports/guild:broken~1"],
    ]),
    ...backend("decideReport", "POST", `${report}/decision`, dismiss, [
      ["bad-request", `${report}/decision`, { outcome: "approved" }],
      ["guild-not-found", "/v1/reports/guild:g0~1/decision"],
      ["channel-not-found", "/v1/reports/team:t0~1/decision"],
      ["report-not-found", "/v1/reports/guild:g1~99999/decision"],
      ["already-decided", `${report}/decision`, { outcome: "warned" }],
      ["last-leader", `/v1/reports/${channel}~${ofAna.seq}/decision`, { outcome: "kicked" }],
      ["player-not-found", `/v1/reports/${channel}~${second.seq}/decision`, { outcome: "banned" }],
      ["bans-full", `/v1/reports/${full}~${ofFull}/decision`, { outcome: "banned" }],
      ["key-reused", `/v1/reports/${used}/decision`, { outcome: "approved" }],
      ["muted", `/v1/reports/${held}/decision`, { outcome: "approved" }],
      ["not-member", `${report}/decision`, dismiss, caro],
      ["not-permitted", `/v1/reports/${channel}~${ofAna.seq}/decision`, dismiss, ana],
      ["internal", "/v1/reports/guild:broken~1/decision"],
    ]),
  ];
};
