import type { Api } from "../an-api.ts";
import type { Case, makeBackendCases } from "../api-case.ts";

const FEED = "events:feed";

/** Batches `1-1` … that the webhook did not take. */
export const deadLetters = async ({ redis, keys }: Pick<Api, "redis" | "keys">, count: number): Promise<void> => {
  const dead = keys.of(FEED, "dead");
  const events = JSON.stringify([{ id: "7-1-0", event: "member-joined", at: 1, guild: "g1", player: "ana" }]);
  for (let index = 1; index <= count; index++) {
    const fields = ["batch", `0-0..1-${index}`, "d", events, "failed", "status 500", "tries", "5"];
    await redis.run(dead, ["XADD", dead, `1-${index}`, ...fields]);
  }
};

/** Of what happened, in a world with the dead letters 1-1 and 1-2. */
export const eventsCases = (
  api: Api,
  key: Record<string, string>,
  backend: ReturnType<typeof makeBackendCases>,
): Case[] => {
  const spoil = (part: string) => async (): Promise<void> => {
    const record = api.keys.of(FEED, part);
    await api.redis.run(record, ["SET", record, "spoilt"]);
  };
  const answering = (status: number) => async (): Promise<void> => {
    api.sink.answer.status = status;
  };
  const resend = "/v1/events/dead/1-1/resend";
  const broken = (operation: string, method: string, path: string, part: string, body?: unknown): Case => ({
    ...{ operation, outcome: "internal", method, path, headers: key, before: spoil(part), body },
  });
  const failing = { operation: "resendDeadEvents", outcome: "webhook-failed", method: "POST", headers: key };
  const dropped = async (): Promise<void> => {
    const state = api.keys.of(FEED, "state");
    await api.redis.run(state, ["HSET", state, "floor", "1-2"]);
  };
  return [
    ...backend("listEvents", "GET", "/v1/events?types=member-joined,member-left&limit=5", undefined, [
      ["success", "/v1/events?after=1-1"],
      ["bad-request", "/v1/events?after=yesterday"],
      ["bad-request", "/v1/events?limit=501"],
      ["bad-request", "/v1/events?waitMs=60000"],
    ]),
    {
      operation: "listEvents",
      outcome: "cursor-unknown",
      method: "GET",
      path: "/v1/events?after=9999999999-1",
      headers: key,
    },
    {
      ...{
        operation: "listEvents",
        outcome: "cursor-expired",
        method: "GET",
        path: "/v1/events?after=1-1",
        headers: key,
      },
      before: dropped,
    },
    ...backend("getEventsState", "GET", "/v1/events/state", undefined, []),
    ...backend("skipEvents", "POST", "/v1/events/webhook/skip", { batch: "0-0..1-2" }, [
      ["batch-not-found", "/v1/events/webhook/skip", { batch: "0-0..1-9" }],
      ["bad-request", "/v1/events/webhook/skip", { batch: "1-9" }],
    ]),
    ...backend("retryEvents", "POST", "/v1/events/webhook/retry", undefined, []),
    ...backend("listDeadEvents", "GET", "/v1/events/dead", undefined, [["bad-request", "/v1/events/dead?limit=21"]]),
    ...backend("resendDeadEvents", "POST", resend, undefined, [
      ["letter-not-found", resend],
      ["bad-request", "/v1/events/dead/x/resend"],
    ]),
    { ...failing, path: "/v1/events/dead/1-2/resend", before: answering(500) },
    broken("listEvents", "GET", "/v1/events", "events"),
    broken("getEventsState", "GET", "/v1/events/state", "events"),
    broken("retryEvents", "POST", "/v1/events/webhook/retry", "hook"),
    broken("skipEvents", "POST", "/v1/events/webhook/skip", "hook", { batch: "0-0..1-2" }),
    broken("listDeadEvents", "GET", "/v1/events/dead", "dead"),
    broken("resendDeadEvents", "POST", resend, "dead"),
  ];
};
