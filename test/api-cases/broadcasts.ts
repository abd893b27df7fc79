import { broadcastId } from "../../server/broadcast/broadcast-id.ts";
import { MOST_BROADCASTS } from "../../shared/api/broadcast.ts";
import type { Api } from "../an-api.ts";
import type { Case, makeBackendCases } from "../api-case.ts";

/** Of what the studio tells many. */
export const broadcastCases = (
  api: Api,
  { key, backend }: { key: Record<string, string>; backend: ReturnType<typeof makeBackendCases> },
): Case[] => {
  const all = "/v1/broadcasts";
  const texts = { en: { title: "Event", body: "Twice the loot." } };
  const broadcast = { nonce: "broadcast-0001", to: { guilds: ["g1"] }, texts };
  const one = `${all}/${broadcastId(broadcast.nonce)}`;
  const none = `${all}/${broadcastId("none")}`;
  const part = (name: string): string => api.keys.of("studio", name);
  const remove = async (name: string): Promise<void> => {
    await api.redis.run(part(name), ["DEL", part(name)]);
  };
  const spoil = (name: string) => async (): Promise<void> => {
    await remove(name);
    await api.redis.run(part(name), ["RPUSH", part(name), "spoilt"]);
  };
  const fill = async (): Promise<void> => {
    const ids = Array.from({ length: MOST_BROADCASTS }, (_, n) => ["1", `b${n}`]);
    await api.redis.run(part("broadcasts-open"), ["ZADD", part("broadcasts-open"), ...ids.flat()]);
  };
  const broken = broadcastId("broken-0001");
  const withBefore = (
    operation: string,
    outcome: string,
    [method, path, body]: [method: string, path: string, body?: unknown],
    before: () => Promise<void>,
  ): Case => ({ operation, outcome, method, path, headers: key, before, ...(body !== undefined && { body }) });
  const other = { ...broadcast, nonce: "broadcast-0002" };
  return [
    ...backend("createBroadcast", "POST", all, broadcast, [
      ["success", all],
      ["key-reused", all, { ...broadcast, to: { all: true } }],
      ["bad-request", all, { ...other, texts: {} }],
      ["bad-request", all, { ...other, to: { guilds: ["g1"], all: true } }],
      ["bad-request", all, { ...other, data: { tag: "mine" } }],
      ["bad-request", all, { ...other, expiresAt: 1 }],
    ]),
    ...backend("getBroadcast", "GET", one, undefined, [
      ["bad-request", `${all}/latest`],
      ["broadcast-not-found", none],
    ]),
    ...backend("listBroadcasts", "GET", `${all}?limit=2`, undefined, [["bad-request", `${all}?limit=0`]]),
    ...backend("cancelBroadcast", "POST", `${one}/cancel`, undefined, [
      ["bad-request", `${all}/latest/cancel`],
      ["broadcast-not-found", `${none}/cancel`],
    ]),
    withBefore("createBroadcast", "broadcasts-full", ["POST", all, other], fill),
    withBefore("createBroadcast", "internal", ["POST", all, other], spoil("broadcasts-open")),
    withBefore("listBroadcasts", "internal", ["GET", all], spoil("broadcasts")),
    withBefore("getBroadcast", "internal", ["GET", `${all}/${broken}`], spoil(`broadcast:${broken}`)),
    withBefore("cancelBroadcast", "internal", ["POST", `${all}/${broken}/cancel`], spoil(`broadcast:${broken}`)),
  ];
};
