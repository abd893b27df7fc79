import type { OpenAPIHono } from "@hono/zod-openapi";
import type { z } from "zod";
import { changePlayerSchema, playerParamsSchema, playerSchema } from "../../shared/api/player.ts";
import type { PlayerId } from "../../shared/id.ts";
import type { VersionedProfile } from "../../shared/profile.ts";
import type { ApiDeps } from "./api-deps.ts";
import type { ApiEnv } from "./api-env.ts";
import { json, jsonBody, type Operation } from "./operation.ts";

const tags = ["Players"];

export const playerRoutes = (app: OpenAPIHono<ApiEnv>, operation: Operation, { guilds, players }: ApiDeps): void => {
  const view = async (player: PlayerId, profile: VersionedProfile): Promise<z.infer<typeof playerSchema>> => ({
    player,
    profile,
    guild: (await guilds.guildOf(player)) ?? null,
    minor: await players.isMinor(player),
  });

  app.openapi(
    operation("backend", "query", ["player-not-found"], {
      method: "get",
      path: "/v1/players/{player}",
      operationId: "getPlayer",
      tags,
      summary: "A player's profile and guild",
      request: { params: playerParamsSchema },
      responses: { 200: json(playerSchema, "The player") },
    }),
    async (c) => {
      const { player } = c.req.valid("param");
      const profile = await players.known(player);
      return c.json(await view(player, profile), 200);
    },
  );

  app.openapi(
    operation("backend", "command", ["player-not-found"], {
      method: "patch",
      path: "/v1/players/{player}",
      operationId: "changePlayer",
      tags,
      summary:
        "Make a player known by a `name`, before he has ever shown a token, or change parts of a profile; asked again it changes nothing",
      request: { params: playerParamsSchema, body: jsonBody(changePlayerSchema) },
      responses: { 200: json(playerSchema, "The player as he is now") },
    }),
    async (c) => {
      const { player } = c.req.valid("param");
      const { minor, ...patch } = c.req.valid("json");
      const profile = await players.putProfile(player, patch);
      if (minor !== undefined) await players.setMinor(player, minor);
      return c.json(await view(player, profile), 200);
    },
  );
};
