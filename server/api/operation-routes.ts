import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { type ErrorCode, GremioError } from "../../shared/errors.ts";
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
      if (identity !== undefined && OPERATIONS[name].effect === "command") await players.meet(identity);
      return c.json((await operations.run(name, await requestOf(c), identity?.player)) ?? {}, 200);
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

/** The fields of the path, the query and the body together; one in two places is refused, for which of them is meant? */
const requestOf = async (c: Context<ApiEnv>): Promise<object> => {
  const params = c.req.param();
  const text = c.req.header("content-type") === undefined ? "" : await c.req.text();
  const body = text === "" ? {} : parsedJson(text);
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw new GremioError("bad-request", { details: ["body: an object is expected"] });
  const others = { ...c.req.query(), ...body };
  for (const field of Object.keys(params))
    if (Object.hasOwn(others, field))
      throw new GremioError("bad-request", { details: [`${field}: named by the path already`] });
  return { ...others, ...params };
};
