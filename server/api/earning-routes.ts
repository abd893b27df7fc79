import type { OpenAPIHono } from "@hono/zod-openapi";
import { dryRunSchema, rulesInForceSchema, tellEventsSchema, toldEventsSchema } from "../../shared/api/earning.ts";
import { earningRulesSchema } from "../../shared/earning.ts";
import { GremioError } from "../../shared/errors.ts";
import type { ApiDeps } from "./api-deps.ts";
import type { ApiEnv } from "./api-env.ts";
import { json, jsonBody, type Operation } from "./operation.ts";

const tags = ["Points"];

export const earningRoutes = (
  app: OpenAPIHono<ApiEnv>,
  operation: Operation,
  { earning }: Pick<ApiDeps, "earning">,
): void => {
  app.openapi(
    operation("backend", "command", [], {
      method: "post",
      path: "/v1/earning/events",
      operationId: "tellEvents",
      tags,
      summary: "Tell what happened in the game; each event pays once by the rules in force",
      request: { body: jsonBody(tellEventsSchema) },
      responses: { 200: json(toldEventsSchema, "What each event came to, or why it was refused") },
    }),
    async (c) => {
      const { events } = c.req.valid("json");
      const answers = await earning.takeAll(events);
      const told = answers.map((answer, index) => {
        const { id = "", player = "" } = events[index] ?? {};
        if (answer instanceof GremioError) return { id, player, error: answer.toRefusal() };
        const { player: own, guild, rules, repeated } = answer;
        return { id, player, points: { player: own, guild }, rules, repeated };
      });
      return c.json({ events: told }, 200);
    },
  );

  app.openapi(
    operation("backend", "constant", [], {
      method: "get",
      path: "/v1/earning/rules",
      operationId: "getEarningRules",
      tags,
      summary: "The earning rules in force, and what is wrong with their file",
      request: {},
      responses: { 200: json(rulesInForceSchema, "The rules") },
    }),
    (c) => {
      const inForce = earning.rules.inForce();
      const { version = null, since = null, rules = null } = inForce ?? {};
      return c.json({ version, sinceMs: since, rules, problems: earning.rules.problems() }, 200);
    },
  );

  app.openapi(
    operation("backend", "query", [], {
      method: "post",
      path: "/v1/earning/dry-run",
      operationId: "dryRunEarningRules",
      tags,
      summary: "What other rules would have paid in the last 7 days and today, beside what was paid",
      request: { body: jsonBody(earningRulesSchema) },
      responses: { 200: json(dryRunSchema, "Both sums, and the players and guilds with the largest difference") },
    }),
    async (c) => c.json(await earning.dryRun(c.req.valid("json")), 200),
  );
};
