import { OPERATIONS, type OperationName } from "../shared/operations.ts";
import { aToken } from "./a-studio.ts";
import type { Call } from "./an-api.ts";

export type Case = Call & {
  operation: string;
  outcome: string;
  /** Done first. */
  before?: () => Promise<unknown>;
};

const HUGE = { name: "x".repeat(70_000) };

/** What somebody shows who asks as this player. */
export const bearer = async (player: string, options = {}) => ({
  authorization: `Bearer ${await aToken(player, options)}`,
});

const isOperation = (name: string): name is OperationName => Object.hasOwn(OPERATIONS, name);
const callersOf = (name: string): readonly string[] => (isOperation(name) ? OPERATIONS[name].callers : ["backend"]);

/**
 * Makes cases of an operation of the backend: with the key, without, and [outcome, path or body…, headers of somebody else]. Where players may ask, too, also with
 * tokens that do not do.
 */
export const makeBackendCases =
  (key: Record<string, string>, { expired }: Readonly<Record<"expired", Record<string, string>>>) =>
  (
    operation: string,
    method: string,
    good: Call["path"],
    body: unknown,
    cases: readonly [outcome: string, path: string, body?: unknown, headers?: Record<string, string>][],
  ): Case[] => [
    { operation, outcome: "success", method, path: good, body, headers: key },
    ...(callersOf(operation).includes("player")
      ? [
          { operation, outcome: "token-invalid", method, path: good, body, headers: { authorization: "Bearer x.y.z" } },
          { operation, outcome: "token-expired", method, path: good, body, headers: expired },
        ]
      : []),
    {
      operation,
      outcome: "api-key-invalid",
      method,
      path: good,
      body,
      headers: { "x-api-key": "wrong-key-wrong-key" },
    },
    ...(body === undefined
      ? []
      : [{ operation, outcome: "payload-too-large", method, path: good, body: HUGE, headers: key }]),
    ...cases.map(([outcome, path, other = body, headers = key]) => ({
      ...{ operation, outcome, method, path, headers },
      body: other,
    })),
  ];

/** Makes cases of an operation of players: as ana, with tokens that do not do, and [outcome, headers, path, body…]. */
export const makePlayerCases =
  ({ ana, broken, expired }: Readonly<Record<"ana" | "broken" | "expired", Record<string, string>>>) =>
  (
    operation: string,
    method: string,
    path: string,
    body: unknown,
    cases: readonly [outcome: string, headers: Record<string, string>, path?: string, body?: unknown][],
  ): Case[] => [
    { operation, outcome: "success", method, path, body, headers: ana },
    { operation, outcome: "token-invalid", method, path, body, headers: { authorization: "Bearer x.y.z" } },
    { operation, outcome: "token-invalid", method, path, body },
    { operation, outcome: "token-expired", method, path, body, headers: expired },
    { operation, outcome: "internal", method, path, body, headers: broken },
    ...(body === undefined
      ? []
      : [{ operation, outcome: "payload-too-large", method, path, body: HUGE, headers: ana }]),
    ...cases.map(([outcome, headers, other = path, otherBody = body]) => ({
      operation,
      outcome,
      method,
      path: other,
      body: otherBody,
      headers,
    })),
  ];

/** An operation nobody has to show anything for. */
export const open = (operation: string, path: string): Case => ({ operation, outcome: "success", method: "GET", path });
