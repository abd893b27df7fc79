import type { OpenAPIHono } from "@hono/zod-openapi";
import { guildParamsSchema } from "../../shared/api/guild.ts";
import { playerParamsSchema } from "../../shared/api/player.ts";
import { balanceSchema, movedSchema, moveGuildPointsSchema, movePlayerPointsSchema } from "../../shared/api/points.ts";
import type { ApiDeps } from "./api-deps.ts";
import type { ApiEnv } from "./api-env.ts";
import { json, jsonBody, type Operation } from "./operation.ts";

const tags = ["Points"];
const moved = { 200: json(movedSchema, "Moved, now or (`repeated`) by an earlier request with this key") };
const balance = { 200: json(balanceSchema, "The balance") };

export const pointRoutes = (app: OpenAPIHono<ApiEnv>, operation: Operation, { ledger }: ApiDeps): void => {
  app.openapi(
    operation(
      "backend",
      "command",
      ["guild-not-found", "member-not-found", "points-insufficient", "key-reused", "key-too-old"],
      {
        method: "post",
        path: "/v1/guilds/{guild}/points",
        operationId: "moveGuildPoints",
        tags,
        summary: "Move points in a guild's book, once per key",
        request: { params: guildParamsSchema, body: jsonBody(moveGuildPointsSchema) },
        responses: moved,
      },
    ),
    async (c) => c.json(await ledger.move({ book: c.req.valid("param"), ...c.req.valid("json") }), 200),
  );

  app.openapi(
    operation("backend", "query", ["guild-not-found"], {
      method: "get",
      path: "/v1/guilds/{guild}/points",
      operationId: "getGuildPoints",
      tags,
      summary: "What a guild's book holds",
      request: { params: guildParamsSchema },
      responses: balance,
    }),
    async (c) => c.json({ balance: await ledger.balance(c.req.valid("param")) }, 200),
  );

  app.openapi(
    operation("backend", "command", ["player-not-found", "points-insufficient", "key-reused", "key-too-old"], {
      method: "post",
      path: "/v1/players/{player}/points",
      operationId: "movePlayerPoints",
      tags,
      summary: "Move points in a player's book, once per key",
      request: { params: playerParamsSchema, body: jsonBody(movePlayerPointsSchema) },
      responses: moved,
    }),
    async (c) => c.json(await ledger.move({ book: c.req.valid("param"), ...c.req.valid("json") }), 200),
  );

  app.openapi(
    operation("backend", "query", ["player-not-found"], {
      method: "get",
      path: "/v1/players/{player}/points",
      operationId: "getPlayerPoints",
      tags,
      summary: "What a player's book holds",
      request: { params: playerParamsSchema },
      responses: balance,
    }),
    async (c) => c.json({ balance: await ledger.balance(c.req.valid("param")) }, 200),
  );
};
