import type { Case, makePlayerCases } from "../api-case.ts";

type Given = { ana: Record<string, string>; player: ReturnType<typeof makePlayerCases> };

/** Of what phones report of pushes, and what players are told of why they got them. */
export const pushCases = ({ ana, player }: Given): Case[] => [
  ...player("reportPush", "POST", "/v1/me/pushes/push-of-ana-0001/reports", { what: "opened" }, [
    ["success", ana, undefined, { what: "received", device: "phone" }],
    ["bad-request", ana, undefined, { what: "eaten" }],
    ["bad-request", ana, "/v1/me/pushes/no%20id/reports"],
  ]),
  ...player("getMyDecisions", "GET", "/v1/me/decisions?limit=5", undefined, [
    ["bad-request", ana, "/v1/me/decisions?limit=0"],
    ["bad-request", ana, "/v1/me/decisions?before=yesterday"],
  ]),
];
