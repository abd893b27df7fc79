import { LIMITS } from "../../shared/limits.ts";
import type { Api } from "../an-api.ts";
import type { Case, makeBackendCases } from "../api-case.ts";

/** Of pins and who has read, in a circle of its own and one that has as many pins as it may. */
export const pinCases = async (
  api: Api,
  { backend }: { backend: ReturnType<typeof makeBackendCases> },
): Promise<Case[]> => {
  const spoken = { nonce: "nonce-to-pin", text: "hola" };
  for (const circle of ["circle:p1", "circle:full"]) {
    await api.backend("PUT", `/v1/channels/${circle}`, { name: "Pesca", capacity: 10 });
    await api.backend("POST", `/v1/channels/${circle}/messages`, spoken);
  }
  const pins = api.keys.of("circle:full", "pins");
  const many = Array.from({ length: LIMITS.pins }, (_, n) => ["1", String(1_000 + n)]).flat();
  await api.redis.run(pins, ["ZADD", pins, ...many]);
  const of = (part: string): [string, string][] => [
    ["bad-request", `/v1/channels/guild:g%201/${part}`],
    ["guild-not-found", `/v1/channels/guild:g0/${part}`],
    ["channel-not-found", `/v1/channels/circle:p0/${part}`],
    ["internal", `/v1/channels/guild:broken/${part}`],
  ];
  return [
    ...backend("pinMessage", "PUT", "/v1/channels/circle:p1/pins/1", undefined, [
      ["success", "/v1/channels/circle:p1/pins/1"],
      ...of("pins/1"),
      ["entry-not-found", "/v1/channels/circle:p1/pins/99"],
      ["pins-full", "/v1/channels/circle:full/pins/1"],
    ]),
    ...backend("listPins", "GET", "/v1/channels/circle:p1/pins", undefined, of("pins")),
    ...backend("countReaders", "GET", "/v1/channels/circle:p1/messages/1/readers", undefined, [
      ...of("messages/1/readers"),
      ["entry-not-found", "/v1/channels/circle:p1/messages/99/readers"],
    ]),
    ...backend("unpinMessage", "DELETE", "/v1/channels/circle:p1/pins/1", undefined, [
      ["success", "/v1/channels/circle:p1/pins/1"],
      ...of("pins/1"),
    ]),
  ];
};
