import { createRoute, type RouteConfig } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { z } from "zod";
import { failureSchema } from "../../shared/api/refusal.ts";
import { ERRORS, type ErrorCode } from "../../shared/errors.ts";
import { backendOnly, eitherOf, playerOnly } from "./access.ts";
import type { ApiDeps } from "./api-deps.ts";
import type { ApiEnv } from "./api-env.ts";
import { readBody } from "./read-body.ts";

/** Who may call: the game's backend by API key, a player by his token, either of them, or anybody. */
export type Access = "backend" | "player" | "either" | "open";

/**
 * `command` changes something, so that after an outage its outcome is unknown; `query` can simply be asked again; `constant` answers without Redis.
 */
export type Effect = "command" | "query" | "constant";

const SECURITY: Record<Access, Record<string, string[]>[]> = {
  backend: [{ apiKey: [] }],
  player: [{ playerToken: [] }],
  either: [{ apiKey: [] }, { playerToken: [] }],
  open: [],
};

const ACCESS_ERRORS = {
  backend: ["api-key-invalid"],
  player: ["token-invalid", "token-expired"],
  either: ["api-key-invalid", "token-invalid", "token-expired"],
  open: [],
} as const satisfies Record<Access, readonly ErrorCode[]>;

const EFFECT_ERRORS = {
  command: ["outcome-unknown", "internal"],
  query: ["unavailable", "internal"],
  constant: [],
} as const satisfies Record<Effect, readonly ErrorCode[]>;

export const json = <S extends z.ZodType>(schema: S, description: string) => ({
  content: { "application/json": { schema } },
  description,
});

export const jsonBody = <S extends z.ZodType>(schema: S) => ({
  content: { "application/json": { schema } },
  required: true,
});

/**
 * Defines operations: from who may call, what it does and how it may fail follow the checks that run, and all of it stands in the document. The errors every such
 * operation can give are added to those named.
 */
export const makeOperation = (deps: Pick<ApiDeps, "apiKeys" | "verifyToken">) => {
  const doors: Record<Access, MiddlewareHandler<ApiEnv>[]> = {
    backend: [backendOnly(deps.apiKeys)],
    player: [playerOnly(deps.verifyToken)],
    either: [eitherOf(backendOnly(deps.apiKeys), playerOnly(deps.verifyToken))],
    open: [],
  };

  return <R extends RouteConfig>(access: Access, effect: Effect, errors: readonly ErrorCode[], route: R) => {
    const { params, query, body } = route.request ?? {};
    const codes: ErrorCode[] = [...ACCESS_ERRORS[access], ...errors, ...EFFECT_ERRORS[effect]];
    if (params !== undefined || query !== undefined || body !== undefined) codes.push("bad-request");
    if (body !== undefined) codes.push("payload-too-large");
    const responses: R["responses"] = { ...route.responses, ...failures(codes) };
    const middleware = [markEffect(effect), ...doors[access], ...(body === undefined ? [] : [readBody])];
    return { ...createRoute(route), responses, security: SECURITY[access], middleware };
  };
};

export type Operation = ReturnType<typeof makeOperation>;

const markEffect =
  (effect: Effect): MiddlewareHandler<ApiEnv> =>
  async (c, next) => {
    c.set("repeatable", effect !== "command");
    await next();
  };

/** Responses of the failures, by status. */
const failures = (codes: readonly ErrorCode[]): RouteConfig["responses"] =>
  Object.fromEntries(
    [...Map.groupBy(codes, (code) => ERRORS[code].status)].map(([status, some]) => [status, failure(some)]),
  );

const described = (codes: readonly ErrorCode[]) =>
  json(failureSchema(codes), codes.map((code) => `\`${code}\`: ${ERRORS[code].meaning}`).join("\n"));
const known = new Map<string, ReturnType<typeof described>>();

/** Most operations fail alike, and to make so many schemas took a twentieth of a process' start. */
const failure = (codes: readonly ErrorCode[]): ReturnType<typeof described> => {
  const key = codes.join();
  const made = known.get(key) ?? described(codes);
  known.set(key, made);
  return made;
};
