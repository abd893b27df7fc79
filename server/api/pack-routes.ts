import type { OpenAPIHono } from "@hono/zod-openapi";
import { packsSchema, putPacksSchema } from "../../shared/api/pack.ts";
import { playerParamsSchema } from "../../shared/api/player.ts";
import type { ApiDeps } from "./api-deps.ts";
import type { ApiEnv } from "./api-env.ts";
import { json, jsonBody, type Operation } from "./operation.ts";

const tags = ["Players"];

/** Packs of stickers a player owns by the API, besides those of his token and those that are free. */
export const packRoutes = (app: OpenAPIHono<ApiEnv>, operation: Operation, { players, packs }: ApiDeps): void => {
  app.openapi(
    operation("backend", "query", ["player-not-found"], {
      method: "get",
      path: "/v1/players/{player}/packs",
      operationId: "getPacks",
      tags,
      summary: "The packs of stickers a player owns by the API",
      request: { params: playerParamsSchema },
      responses: { 200: json(packsSchema, "The packs, without those of his token and those that are free") },
    }),
    async (c) => {
      const { player } = c.req.valid("param");
      await players.known(player);
      return c.json({ packs: await packs.of(player) }, 200);
    },
  );

  app.openapi(
    operation("backend", "command", ["player-not-found"], {
      method: "put",
      path: "/v1/players/{player}/packs",
      operationId: "putPacks",
      tags,
      summary: "Set the packs of stickers a player owns by the API; it holds everywhere within 5 s",
      request: { params: playerParamsSchema, body: jsonBody(putPacksSchema) },
      responses: { 200: json(packsSchema, "The packs as they are now") },
    }),
    async (c) => {
      const owned = [...new Set(c.req.valid("json").packs)];
      await packs.put(c.req.valid("param").player, owned);
      return c.json({ packs: owned }, 200);
    },
  );
};
