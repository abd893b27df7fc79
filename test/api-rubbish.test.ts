import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aToken } from "./a-studio.ts";
import { type Api, anApi, codeOf, detailsOf } from "./an-api.ts";

/** Made before there is a connection: generating blocks for seconds, in which the server would close an idle one. */
const value = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.string({ unit: "binary" }), fc.bigInt().map(Number));
const samples = fc.sample(fc.tuple(fc.nat(), value, value), 150);

let api: Api;
let writers: { method: string; path: string; good: Record<string, unknown>; headers: Record<string, string> }[];
beforeAll(async () => {
  api = await anApi();
  await api.guild("g1", ["ana", "beto"]);
  await api.backend("POST", "/v1/guilds/g1/points", { key: "k", amount: 5, reason: "start" });
  const key = { "x-api-key": api.apiKeys[0] };
  const token = { authorization: `Bearer ${await aToken("ana")}` };
  await api.send({ method: "GET", path: "/v1/me", headers: token });
  const words = { "es-419": "x", "pt-BR": "x", en: "x" };
  const aCard = { card: "gift", data: {}, fallback: words, actions: [{ id: "take" }] };
  const phone = { kind: "fid", target: "target-1", platform: "ios" };
  writers = [
    { method: "POST", path: "/v1/guilds", good: { id: "g9", name: "N", tag: "TAG", leader: "caro" }, headers: key },
    { method: "PATCH", path: "/v1/guilds/g1", good: { name: "Other" }, headers: key },
    { method: "PUT", path: "/v1/guilds/g1/members/beto", good: { rank: "officer" }, headers: key },
    { method: "PATCH", path: "/v1/players/ana", good: { name: "Other", fields: { a: "b" } }, headers: key },
    { method: "POST", path: "/v1/guilds/g1/points", good: { key: "k2", amount: 1, reason: "r" }, headers: key },
    { method: "POST", path: "/v1/players/ana/points", good: { key: "k2", amount: 1, reason: "r" }, headers: key },
    { method: "PUT", path: "/v1/players/ana/devices/d1", good: phone, headers: key },
    { method: "PUT", path: "/v1/players/ana/preferences", good: { push: "none" }, headers: key },
    { method: "PATCH", path: "/v1/players/ana/preferences", good: { push: "none" }, headers: token },
    { method: "PUT", path: "/v1/push-policy", good: { perHour: 3 }, headers: key },
    { method: "POST", path: "/v1/channels/guild:g1/messages", good: { nonce: "nonce-0001", text: "hi" }, headers: key },
    { method: "POST", path: "/v1/channels/guild:g1/cards", good: { nonce: "nonce-0001", card: aCard }, headers: key },
    { method: "POST", path: "/v1/join", good: { protocol: 1 }, headers: token },
    { method: "PUT", path: "/v1/me/devices/d1", good: phone, headers: token },
    { method: "PUT", path: "/v1/me/preferences", good: { push: "none" }, headers: token },
  ];
});
afterAll(() => api.close());

/** All that the requests above could change. */
const everything = async () => {
  const paths = [
    "guilds/g1",
    "guilds/g1/points",
    "players/ana",
    "players/beto",
    "players/ana/points",
    "players/ana/devices",
    "players/ana/preferences",
    "push-policy",
    "channels/guild:g1/messages",
  ];
  return Promise.all(paths.map((path) => api.backend("GET", `/v1/${path}`)));
};

const nest = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;

describe("rubbish", () => {
  test("[API11] is refused as bad-request with what was wrong, and changes nothing", async () => {
    const before = await everything();
    for (const { method, path, good, headers } of writers) {
      const [field = ""] = Object.keys(good);
      const tampered = (text: string): string => JSON.stringify(good).replace(/^\{/, `{${text},`);
      const bodies: unknown[] = [
        ...["", "{", "nul", "undefined", "[]", "null", "7", '"text"', "{}x", nest(30_000), '{"a":'.repeat(10_000)],
        tampered('"__proto__":{"admin":true}'),
        tampered('"constructor":{"prototype":{"x":1}}'),
        tampered('"unknownField":1'),
        { ...good, [field]: "nul\0inside" },
        tampered(`"${field}\\u0000":1`),
        JSON.stringify({ ...good, [field]: "lone" }).replace("lone", "\\ud800"),
        ...[null, [], {}, [good[field]], true, "\n", "x".repeat(5000)].map((value) => ({ ...good, [field]: value })),
        JSON.stringify({ ...good, [field]: 0 }).replace(":0", ":1e400"),
        JSON.stringify({ ...good, [field]: 0 }).replace(":0", `:${"9".repeat(400)}`),
        new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
      ];
      for (const body of bodies) {
        const answer = await api.send({ method, path, body, headers });
        const shown = body instanceof Uint8Array ? "bytes" : JSON.stringify(body).slice(0, 80);
        expect([method, path, shown, answer.status, codeOf(answer)]).toEqual([method, path, shown, 400, "bad-request"]);
        expect(detailsOf(answer).length).toBeGreaterThan(0);
      }
      for (const type of [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=latin1",
        "application/jsonp",
      ]) {
        const answer = await api.send({
          method,
          path,
          body: JSON.stringify(good),
          headers: { ...headers, "content-type": type },
        });
        expect([path, type, codeOf(answer)]).toEqual([path, type, "bad-request"]);
      }
    }
    expect(await everything()).toEqual(before);
  });

  test("[API11] names the field that is wrong", async () => {
    const headers = { "x-api-key": api.apiKeys[0] };
    const answer = await api.send({
      method: "PATCH",
      path: "/v1/players/ana",
      body: { level: -1, zone: "Mars/Base", extra: 1, name: "a@b.example" },
      headers,
    });
    const details = detailsOf(answer);
    for (const part of ["level", "zone", "extra", "name"]) expect(details.join("\n")).toContain(part);
  });

  test("[API12] in paths and queries is refused, whatever it spells", async () => {
    const headers = { "x-api-key": api.apiKeys[0] };
    for (const path of [
      "/v1/guilds/%00",
      "/v1/guilds/%E0%A4%A",
      "/v1/guilds/..%2e%20",
      "/v1/guilds/a%2Fb",
      "/v1/guilds/__proto__%20",
      `/v1/guilds/${"g".repeat(2000)}`,
      "/v1/players/%F0%9F%92%A9",
      "/v1/channels/world:1/messages",
      "/v1/channels/direct:ana/messages",
      "/v1/channels/guild:g1/messages?limit=1&limit=2",
      "/v1/channels/guild:g1/messages?limit=1e1",
      "/v1/channels/guild:g1/messages?before=-1",
      "/v1/channels/guild:g1/messages?before=99999999999999999",
      "/v1/channels/guild:g1/messages?nothing=1",
    ]) {
      const answer = await api.send({ method: "GET", path, headers });
      expect([path, answer.status, codeOf(answer)]).toEqual([path, 400, "bad-request"]);
    }
    expect((await api.send({ method: "GET", path: "/v1/guilds/__proto__", headers })).status).toBe(404);
  });

  test("[API13] larger than 64 KB is not read, also when it comes without a length and never ends", async () => {
    const headers = { "x-api-key": api.apiKeys[0] };
    const path = "/v1/players/ana";
    const padded = (bytes: number) => `{"avatar":"${"x".repeat(bytes - 15)}"}  `;
    expect(codeOf(await api.send({ method: "PATCH", path, body: padded(65_536), headers }))).toBe("bad-request");
    expect(codeOf(await api.send({ method: "PATCH", path, body: padded(65_537), headers }))).toBe("payload-too-large");
    expect(codeOf(await api.send({ method: "PATCH", path, body: padded(1_000_000), headers }))).toBe(
      "payload-too-large",
    );

    const { promise, resolve } = Promise.withResolvers<string>();
    const socket = connect(api.service.port, "127.0.0.1");
    let said = "";
    socket.on("data", (data) => {
      said += data.toString();
      if (said.includes("\r\n\r\n")) resolve(said);
    });
    socket.on("error", () => resolve(said));
    socket.write(
      `PATCH ${path} HTTP/1.1\r\nhost: x\r\nx-api-key: ${api.apiKeys[0]}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`,
    );
    for (let chunk = 0; chunk < 9; chunk++) socket.write(`2000\r\n${"x".repeat(0x2000)}\r\n`);
    expect(await promise).toMatch(/^HTTP\/1\.1 413 .*connection: close/is);
    socket.destroy();
    expect((await api.send({ method: "GET", path, headers })).status).toBe(200);
  });

  test("[API11] of any kind never ends in a 5xx", async () => {
    for (const [which, first, second] of samples) {
      const writer = writers[which % writers.length];
      if (writer === undefined) continue;
      const { method, path, good, headers } = writer;
      const fields = Object.keys(good);
      const [a = "", b = a] = [fields[0], fields.at(-1)];
      for (const body of [
        first,
        { ...good, [a]: first },
        { ...good, [b]: second },
        { ...good, [a]: first, [b]: second },
      ]) {
        const answer = await api.send({ method, path, body: JSON.stringify(body) ?? "", headers });
        expect(answer.status, `${method} ${path} ${JSON.stringify(body)}: ${answer.text}`).toBeLessThan(500);
      }
    }
  });
});
