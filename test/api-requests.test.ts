import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, anApi, codeOf, detailsOf } from "./an-api.ts";

let api: Api;
beforeAll(async () => {
  api = await anApi();
  await api.guild("g1", ["ana", "beto"]);
});
afterAll(() => api.close());

const asked = async (method: string, path: string, body?: unknown) => {
  const answer = await api.send({ method, path, body, headers: { "x-api-key": api.apiKeys[0] } });
  return { code: codeOf(answer), details: detailsOf(answer) };
};

/** By hand, since `fetch` sends no body with a GET. Resolves to the answer's status. */
const withBody = (method: string, path: string, headers: Record<string, string>, body: Buffer): Promise<number> =>
  new Promise((resolve, reject) => {
    const sent = request(`${api.url}${path}`, { method, headers: { "x-api-key": api.apiKeys[0], ...headers } });
    sent.on("error", reject).once("response", (response) => resolve(response.resume().statusCode ?? 0));
    sent.end(body);
  });

test("[API12] a field that is given twice, or not where it belongs, is refused with its name", async () => {
  const refused = (...details: string[]) => ({ code: "bad-request", details });
  const audit = "/v1/channels/guild:g1/audit";
  expect(await asked("GET", `${audit}?limit=1&limit=2`)).toEqual(refused("limit: given more than once"));
  expect(await asked("GET", `${audit}?channel=guild:g2`)).toEqual(refused("channel: named by the path already"));
  expect(await asked("PATCH", "/v1/guilds/g1?name=Otro", { tag: "UNO" })).toEqual(
    refused("name: belongs into the body"),
  );
  expect(await asked("GET", `${audit}?__proto__=1`)).toMatchObject({ code: "bad-request" });
});

test("[API13] an operation that reads no body refuses one, however large it is said to be, and takes no more of it", async () => {
  const [json, chunked] = [{ "content-type": "application/json" }, { "transfer-encoding": "chunked" }];
  for (const [method, path] of [
    ["GET", "/v1/guilds/g1"],
    ["DELETE", "/v1/channels/guild:g1/mutes/beto"],
  ] as const)
    for (const headers of [{ ...json }, { ...json, ...chunked }])
      expect(await withBody(method, path, headers, Buffer.from('{"reason":"x"}'))).toBe(400);
  expect(await withBody("POST", "/v1/events/dead/1-1/resend", json, Buffer.alloc(70_000, " "))).toBe(400);
  expect(await asked("GET", "/v1/guilds/g1")).toMatchObject({ code: undefined });
});
