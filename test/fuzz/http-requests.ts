import type { Case } from "../api-case.ts";
import type { Draw } from "./draw.ts";
import { LOADED_NAMES } from "./odd-values.ts";

/** One request as its bytes. `whole`: where it ends is beyond doubt, so it must be answered; of others the server may wait for the rest. */
export type HttpAttempt = { readonly operation: string; readonly bytes: Buffer; readonly whole: boolean };

type Parts = {
  method: string;
  path: string;
  version: string;
  headers: [string, string][];
  body: Buffer | undefined;
  chunked: boolean;
  endless: boolean;
  whole: boolean;
};

/** A good request of the API with one to three things wrong with it. */
export const httpAttempt = (draw: Draw, cases: readonly [Case, ...Case[]]): HttpAttempt => {
  const { operation, method, path, body, headers = {} } = draw.pick(cases);
  const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const parts: Parts = {
    ...{ method, path, version: "HTTP/1.1", chunked: false, endless: false, whole: true },
    headers: [
      ["host", "127.0.0.1"],
      ["connection", "close"],
      ...(text === undefined ? [] : [["content-type", "application/json"] satisfies [string, string]]),
      ...Object.entries(headers),
    ],
    body: text === undefined ? undefined : Buffer.from(text),
  };
  for (let wrongs = 1 + draw.below(3); wrongs > 0; wrongs--) draw.pick(wrong)(parts, draw);
  return { operation, bytes: written(parts, draw), whole: parts.whole };
};

const written = ({ method, path, version, headers, body, chunked, endless }: Parts, draw: Draw): Buffer => {
  const has = (name: string): boolean => headers.some(([one]) => one.toLowerCase() === name);
  const length: [string, string][] = chunked
    ? [["transfer-encoding", "chunked"]]
    : body === undefined || has("content-length")
      ? []
      : [["content-length", String(body.length + (endless ? 1 + draw.below(1_000) : 0))]];
  const lines = [
    `${method} ${path} ${version}`,
    ...[...headers, ...length].map(([name, value]) => `${name}: ${value}`),
  ];
  const head = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
  if (body === undefined) return head;
  if (!chunked) return Buffer.concat([head, body]);
  const size = Math.max(1, draw.pick([1, 7, 100, 5_000]));
  const chunks: Buffer[] = [];
  for (let at = 0; at < body.length && chunks.length < 2_000; at += size) {
    const chunk = body.subarray(at, at + size);
    chunks.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from("\r\n"));
  }
  if (!endless)
    chunks.push(
      Buffer.from(draw.pick(["0\r\n\r\n", "0\r\nx-trailer: 1\r\n\r\n", "00000000\r\n\r\n", "0;ext=1\r\n\r\n"])),
    );
  return Buffer.concat([head, ...chunks]);
};

const set = (parts: Parts, name: string, value: string): void => {
  parts.headers = [...parts.headers.filter(([one]) => one !== name), [name, value]];
};
const inBody = (parts: Parts, change: (text: string) => string): void => {
  parts.body = Buffer.from(change(parts.body?.toString() ?? "{}"));
};
const hostile = (draw: Draw): string =>
  draw.pick([
    "%00",
    "%2e%2e",
    "..",
    "%ff",
    "%E0%A4%A",
    "__proto__",
    "constructor",
    "%F0%9F%92%A9",
    "a%2Fb",
    "*",
    "'",
    "a".repeat(3_000),
    "%20",
    ";",
    "\\",
    ":",
  ]);
const oddJson = (draw: Draw): string =>
  draw.pick([
    "null",
    "true",
    "-1",
    "0",
    "1e400",
    "-0",
    "9".repeat(400),
    "[]",
    "{}",
    '""',
    '"\\u0000"',
    '"\\ud800"',
    "[[[[[[[[[[]]]]]]]]]]",
    "1.5",
    '"__proto__"',
    `"${"x".repeat(5_000)}"`,
    '{"__proto__":1}',
    "NaN",
    "'x'",
    "undefined",
    '"\u202e"',
    '["a","a"]',
    "01",
    "+1",
    '{"a":1,"a":2}',
  ]);

/** Swaps one value of a JSON object for another. */
const swapValue = (text: string, draw: Draw): string => {
  const values = [...text.matchAll(/:("(?:[^"\\]|\\.)*"|-?\d+|true|false|null)/g)];
  const one = values[draw.below(values.length)];
  return one === undefined
    ? oddJson(draw)
    : `${text.slice(0, one.index)}:${oddJson(draw)}${text.slice(one.index + one[0].length)}`;
};

const wrong: readonly [(parts: Parts, draw: Draw) => void, ...((parts: Parts, draw: Draw) => void)[]] = [
  (parts, draw) => {
    parts.whole = false;
    parts.method = draw.pick([
      "GET",
      "POST",
      "PUT",
      "PATCH",
      "DELETE",
      "HEAD",
      "OPTIONS",
      "TRACE",
      "CONNECT",
      "QUERY",
      "get",
      "FOO",
      "",
      "P\u00fcT",
    ]);
  },
  (parts, draw) => {
    const steps = parts.path.split("/");
    const at = 1 + draw.below(Math.max(1, steps.length - 1));
    steps[at] = draw.chance(0.5) ? hostile(draw) : `${steps[at] ?? ""}${hostile(draw)}`;
    parts.path = steps.join("/");
  },
  (parts, draw) => {
    parts.path = draw.pick([
      `/${parts.path}`,
      `${parts.path}/`,
      `http://evil.example${parts.path}`,
      "*",
      "//",
      `${parts.path}#x`,
      `/..${parts.path}`,
      `${parts.path}?`,
      "/",
      `/v1/../${parts.path}`,
    ]);
  },
  (parts, draw) => {
    const name = draw.pick(["limit", "before", "how", "versions", "__proto__", "x[]", "limit[a]"]);
    const value = draw.pick([
      "-1",
      "1e9",
      "NaN",
      "",
      "%00",
      "999999999999999999999",
      "1&limit=2",
      "%ff",
      "null",
      "a".repeat(4_000),
      "0x10",
      "1.5",
      "kicked",
    ]);
    parts.path += `${parts.path.includes("?") ? "&" : "?"}${name}=${value}`;
  },
  (parts, draw) => inBody(parts, (text) => swapValue(text, draw)),
  (parts, draw) => inBody(parts, (text) => swapValue(text, draw)),
  (parts, draw) => inBody(parts, (text) => swapValue(swapValue(text, draw), draw)),
  (parts, draw) =>
    inBody(parts, (text) =>
      text.replace(/^\{/, `{"${draw.pick([...LOADED_NAMES, "extra", "id", "a\\u0000"])}":${oddJson(draw)},`),
    ),
  // The same name twice.
  (parts, draw) =>
    inBody(parts, (text) =>
      text.replace(/^\{("[^"]*"):/, (all, name: string) => `{${name}:${oddJson(draw)},${all.slice(1)}`),
    ),
  (parts, draw) => inBody(parts, (text) => text.slice(0, draw.below(text.length + 1))),
  (parts, draw) => inBody(parts, (text) => `${text}${draw.pick([" ", "x", "{}", "\0", "]", "\n\n"])}`),
  (parts, draw) => {
    const bytes = parts.body ?? Buffer.from("{}");
    parts.body = draw.pick([
      Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), bytes]),
      Buffer.from(bytes.toString(), "utf16le"),
      Buffer.concat([bytes, Buffer.of(0xff)]),
      draw.bytes(300),
      Buffer.from("[".repeat(30_000)),
      Buffer.from('{"a":'.repeat(8_000)),
      Buffer.from(JSON.stringify(oddJson(draw))),
      Buffer.alloc(65_537, 0x20),
      Buffer.alloc(0),
    ]);
  },
  (parts, draw) =>
    set(
      parts,
      "content-type",
      draw.pick([
        "text/plain",
        "application/json; charset=latin1",
        "application/json;charset=UTF-8;x",
        "multipart/form-data",
        "",
        "application/json, application/json",
        "\u00ff",
        "application/problem+json",
      ]),
    ),
  (parts, draw) => set(parts, "content-encoding", draw.pick(["gzip", "br", "deflate, gzip", "identity", "x"])),
  (parts, draw) => {
    parts.whole = false;
    set(parts, "content-length", draw.pick(["0", "-1", "1e3", "999999999999999999999", "5, 5", "+5", "0x10", "", "3"]));
  },
  (parts, draw) => {
    parts.whole = false;
    parts.headers.push(
      draw.pick<[string, string]>([
        ["content-length", "7"],
        ["host", "evil.example"],
        ["content-type", "text/html"],
        ["authorization", "Bearer a.b.c"],
        ["x-api-key", "other"],
        ["transfer-encoding", "chunked"],
        ["transfer-encoding", "identity, chunked"],
        ["__proto__", "x"],
        ["constructor", "x"],
        ["x-forwarded-for", "1.2.3.4, ,,"],
      ]),
    );
  },
  (parts, draw) => {
    parts.whole = false;
    parts.headers.push(
      draw.pick<[string, string]>([
        ["expect", "100-continue"],
        ["expect", "the-unexpected"],
        ["upgrade", "h2c"],
        ["connection", "upgrade, close, x"],
        ["range", "bytes=0-0"],
        ["origin", "null"],
        ["origin", "https://game.example"],
        ["access-control-request-method", "PATCH"],
        ["if-match", "*"],
        ["x-http-method-override", "DELETE"],
        ["te", "trailers"],
        ["x-big", "a".repeat(20_000)],
        ["", "nameless"],
        ["bad name", "x"],
        ["x-nul", "a\0b"],
        ["x-lf", "a\nb: c"],
        ["cookie", "=;=;="],
        ["accept", "\u00ff/*"],
      ]),
    );
  },
  (parts, draw) =>
    set(
      parts,
      "authorization",
      draw.pick([
        "Bearer",
        "Bearer ",
        "bearer x",
        "Basic YTpi",
        `Bearer ${"a.".repeat(4_000)}`,
        "Bearer eyJhbGciOiJub25lIn0.e30.",
        "\u00ff",
        "Bearer null, Bearer x",
      ]),
    ),
  (parts, draw) => set(parts, "x-api-key", draw.pick(["", "__proto__", "a".repeat(10_000), "\u00ff\u00fe"])),
  (parts, draw) => {
    for (let n = draw.pick([50, 400]); n > 0; n--) parts.headers.push([`x-${n}`, "y"]);
  },
  (parts, draw) => {
    parts.whole = false;
    parts.version = draw.pick(["HTTP/1.0", "HTTP/2.0", "HTTP/0.9", "HTTP/1.1 ", "http/1.1", "", "HTTP/1.1\r\n "]);
  },
  (parts) => {
    parts.chunked = true;
    parts.body ??= Buffer.from("{}");
  },
  (parts, draw) => {
    parts.endless = draw.chance(0.3);
    parts.whole &&= !parts.endless;
    parts.chunked = draw.chance(0.5);
    parts.body = draw.chance(0.3) ? Buffer.alloc(70_000, 0x20) : (parts.body ?? Buffer.from("{"));
  },
];
