import type { OpenAPIHono } from "@hono/zod-openapi";
import { playerParamsSchema, putPreferencesSchema } from "../../shared/api/player.ts";
import { decisionsQuerySchema } from "../../shared/api/push.ts";
import { decisionWords } from "../../shared/decision-words.ts";
import { nearestLocale } from "../../shared/locale.ts";
import { preferencesSchema } from "../../shared/preferences.ts";
import type { ApiDeps } from "./api-deps.ts";
import type { ApiEnv } from "./api-env.ts";
import { decisionsSchema } from "./decisions-answer.ts";
import { json, jsonBody, type Operation } from "./operation.ts";

const tags = ["Notifications"];

/** What a player wants to be told, and what the notifier made of it. */
export const preferenceRoutes = (
  app: OpenAPIHono<ApiEnv>,
  operation: Operation,
  { players, decisions }: ApiDeps,
): void => {
  app.openapi(
    operation("backend", "command", ["player-not-found"], {
      method: "put",
      path: "/v1/players/{player}/preferences",
      operationId: "putPreferences",
      tags,
      summary: "Set what a player wants to be told by push; what is left out has its default",
      request: { params: playerParamsSchema, body: jsonBody(putPreferencesSchema) },
      responses: { 200: json(preferencesSchema, "The preferences as they are now") },
    }),
    async (c) => {
      const preferences = c.req.valid("json");
      await players.putPreferences(c.req.valid("param").player, preferences);
      return c.json(preferences, 200);
    },
  );

  app.openapi(
    operation("backend", "query", ["player-not-found"], {
      method: "get",
      path: "/v1/players/{player}/decisions",
      operationId: "getDecisions",
      tags,
      summary:
        "Why a player was told or not told, newest first: what was known, the reason in words (`locale`, else Accept-Language), what went out, FCM's answers and what the phones reported",
      request: { params: playerParamsSchema, query: decisionsQuerySchema },
      responses: { 200: json(decisionsSchema, "A page of decisions; `next` leads on") },
    }),
    async (c) => {
      const { player } = c.req.valid("param");
      await players.known(player);
      const { limit, before, locale = nearestLocale(c.req.header("accept-language")) } = c.req.valid("query");
      const page = await decisions.page(player, { limit, before });
      const worded = page.decisions.map((decision) => ({
        ...decision,
        words: decisionWords(decision.outcome, decision.reason, locale),
      }));
      return c.json({ decisions: worded, next: page.next }, 200);
    },
  );
};
