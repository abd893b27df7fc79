import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { type ErrorCode, GremioError } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Operation as Spec } from "../../shared/operations/operation.ts";
import { OPERATION_NAMES, OPERATIONS, type OperationName } from "../../shared/operations.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { ApiDeps } from "./api-deps.ts";
import type { ApiEnv } from "./api-env.ts";
import { type Access, json, jsonBody, type Operation } from "./operation.ts";

/** Every operation over HTTP, as its description says. */
export const operationRoutes = (
  app: OpenAPIHono<ApiEnv>,
  operation: Operation,
  { operations, players }: Pick<ApiDeps, "operations" | "players">,
): void => {
  for (const name of OPERATION_NAMES) {
    const { middleware, ...route } = describe(name, OPERATIONS[name], operation);
    app.openAPIRegistry.registerPath(route);
    app.on(route.method, [route.path.replaceAll(/\{(\w+)\}/g, ":$1")], ...middleware, async (c) => {
      const identity = c.get("identity");
      const isCommand = OPERATIONS[name].effect === "command";
      const meet = identity !== undefined && isCommand ? () => players.meet(identity) : undefined;
      const request = await requestOf(c, OPERATIONS[name]);
      return c.json((await operations.run(name, request, identity?.player, meet)) ?? {}, 200);
    });
  }
};

const describe = (name: OperationName, spec: Spec, operation: Operation) => {
  const { method, path, tag, summary, effect, errors, request, answer, gives } = spec;
  const named = [...path.matchAll(/\{(\w+)\}/g)].flatMap(([, field]) => field ?? []);
  const fields = Object.entries(request.shape);
  const params = fields.filter(([field]) => named.includes(field));
  const others = fields.filter(([field]) => !named.includes(field));
  const inQuery = method === "get" || method === "delete";
  const ofPlayers: ErrorCode[] = [
    "rate-limited",
    "banned",
    "player-linked",
    ...(spec.says ? (["muted"] as const) : []),
  ];
  const codes = new Set([...errors, ...(spec.callers.includes("player") ? ofPlayers : [])]);
  return operation(accessOf(spec), effect, [...codes], {
    ...createRoute({ method, path, responses: {} }),
    operationId: name,
    tags: [tag],
    summary,
    request: {
      ...(params.length === 0 ? {} : { params: z.object(Object.fromEntries(params)) }),
      ...(others.length === 0 || !inQuery ? {} : { query: z.object(Object.fromEntries(others)) }),
      ...(others.length === 0 || inQuery ? {} : { body: jsonBody(z.object(Object.fromEntries(others))) }),
    },
    responses: { 200: json(answer, gives) },
  });
};

const accessOf = ({ callers }: Spec): Access =>
  callers.length === 2 ? "either" : callers[0] === "player" ? "player" : "backend";

/**
 * The fields of the path with those of the query or, for methods that have one, of the body. One that is given twice is refused, for which of them is meant? So is a
 * body where none is read: it could be of any size.
 */
const requestOf = async (c: Context<ApiEnv>, { method }: Spec): Promise<object> => {
  const params = c.req.param();
  const query = queryOf(c);
  const body = await bodyOf(c, method === "get" || method === "delete" ? 0 : LIMITS.bodyBytes);
  const twice = [...Object.keys(query), ...Object.keys(body)].find((field) => Object.hasOwn(params, field));
  if (twice !== undefined) throw wrong(`${twice}: named by the path already`);
  const misplaced = method === "get" || method === "delete" ? undefined : Object.keys(query)[0];
  if (misplaced !== undefined) throw wrong(`${misplaced}: belongs into the body`);
  return { ...query, ...body, ...params };
};

const queryOf = (c: Context<ApiEnv>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(c.req.queries()).map(([field, [value = "", ...more]]) => {
      if (more.length > 0) throw wrong(`${field}: given more than once`);
      return [field, value];
    }),
  );

const bodyOf = async (c: Context<ApiEnv>, most: number): Promise<object> => {
  const isEmpty = c.req.header("transfer-encoding") === undefined && Number(c.req.header("content-length") ?? 0) === 0;
  const wasRead = c.req.bodyCache.text !== undefined;
  if (isEmpty && !wasRead) return {};
  // What `readBody` has read is of a size that is allowed; of what it has not, only the told length is known.
  if (!wasRead && !(Number(c.req.header("content-length") ?? Infinity) <= most)) throw wrong("body: none is expected");
  const body = parsedJson(await c.req.text());
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw wrong("body: an object is expected");
  return body;
};

const wrong = (detail: string): GremioError => new GremioError("bad-request", { details: [detail] });
