import type { OpenAPIHono } from "@hono/zod-openapi";
import type { z } from "zod";
import { deviceParamsSchema, meAnswerSchema, putDeviceSchema, putPreferencesSchema } from "../../shared/api/player.ts";
import type { PlayerId } from "../../shared/id.ts";
import { preferencesSchema } from "../../shared/preferences.ts";
import { joinAnswerSchema, joinRequestSchema } from "../../shared/protocol.ts";
import type { ApiDeps } from "./api-deps.ts";
import type { ApiEnv } from "./api-env.ts";
import { json, jsonBody, type Operation } from "./operation.ts";

const tags = ["The player himself"];

/** What a player's game may ask with his token. */
export const meRoutes = (
  app: OpenAPIHono<ApiEnv>,
  operation: Operation,
  { guilds, players, ledger, joining }: ApiDeps,
): void => {
  const guildOf = async (player: PlayerId): Promise<z.infer<typeof meAnswerSchema>["guild"]> => {
    const guild = await guilds.guildOf(player);
    if (guild === undefined) return null;
    const { id, name, tag, members, others } = await guilds.snapshot(guild, [player]);
    const member = [...members, ...others].find((one) => one.player === player);
    return member === undefined ? null : { id, name, tag, rank: member.rank, points: member.points };
  };

  app.openapi(
    operation(
      "player",
      "query",
      ["upgrade-required", "banned", "player-linked", "no-guild", "not-member", "rate-limited"],
      {
        method: "post",
        path: "/v1/join",
        operationId: "join",
        tags,
        summary: "Reserve a seat in a channel's room; without `channel`, in the player's own guild",
        request: { body: jsonBody(joinRequestSchema.strict()) },
        responses: { 200: json(joinAnswerSchema, "The seat, kept for 15 s") },
      },
    ),
    async (c) => {
      const { env } = c;
      const hasLeft = (): boolean => env?.outgoing?.destroyed === true;
      return c.json(await joining.join(c.get("identity"), c.req.valid("json"), hasLeft), 200);
    },
  );

  app.openapi(
    operation("player", "query", ["player-linked"], {
      method: "get",
      path: "/v1/me",
      operationId: "getMe",
      tags,
      summary:
        "The player as the token and the server know him, what his own book of points holds (`balance`), and his guild with what he brought to it (`points`)",
      responses: { 200: json(meAnswerSchema, "The player") },
    }),
    async (c) => {
      const identity = c.get("identity");
      const { player } = identity;
      const { profile } = await players.meet(identity);
      const [balance, guild] = await Promise.all([ledger.balance({ player }), guildOf(player)]);
      return c.json({ player, profile, balance, guild }, 200);
    },
  );

  app.openapi(
    operation("player", "command", ["player-linked"], {
      method: "put",
      path: "/v1/me/devices/{device}",
      operationId: "putMyDevice",
      tags,
      summary: "Register this device for push, or renew it",
      request: { params: deviceParamsSchema, body: jsonBody(putDeviceSchema) },
      responses: { 204: { description: "Registered" } },
    }),
    async (c) => {
      const identity = c.get("identity");
      await players.meet(identity);
      await players.putDevice(identity.player, c.req.valid("param").device, c.req.valid("json"));
      return c.body(null, 204);
    },
  );

  app.openapi(
    operation("player", "command", ["device-not-found"], {
      method: "delete",
      path: "/v1/me/devices/{device}",
      operationId: "removeMyDevice",
      tags,
      summary: "Stop push to this device",
      request: { params: deviceParamsSchema },
      responses: { 204: { description: "Removed" } },
    }),
    async (c) => {
      await players.removeDevice(c.get("identity").player, c.req.valid("param").device);
      return c.body(null, 204);
    },
  );

  app.openapi(
    operation("player", "query", [], {
      method: "get",
      path: "/v1/me/preferences",
      operationId: "getMyPreferences",
      tags,
      summary: "What the player wants to be told by push",
      responses: { 200: json(preferencesSchema, "The preferences") },
    }),
    async (c) => c.json(await players.preferences(c.get("identity").player), 200),
  );

  app.openapi(
    operation("player", "command", ["player-linked"], {
      method: "put",
      path: "/v1/me/preferences",
      operationId: "putMyPreferences",
      tags,
      summary: "Set what the player wants to be told by push; what is left out has its default",
      request: { body: jsonBody(putPreferencesSchema) },
      responses: { 200: json(preferencesSchema, "The preferences as they are now") },
    }),
    async (c) => {
      const identity = c.get("identity");
      const preferences = c.req.valid("json");
      await players.meet(identity);
      await players.putPreferences(identity.player, preferences);
      return c.json(preferences, 200);
    },
  );
};
