import type { OpenAPIHono } from "@hono/zod-openapi";
import type { z } from "zod";
import {
  changeGuildSchema,
  createGuildSchema,
  guildParamsSchema,
  guildSchema,
  memberParamsSchema,
  putMemberAnswerSchema,
  putMemberSchema,
  removeMemberQuerySchema,
} from "../../shared/api/guild.ts";
import type { GuildId } from "../../shared/id.ts";
import type { ApiDeps } from "./api-deps.ts";
import type { ApiEnv } from "./api-env.ts";
import { json, jsonBody, type Operation } from "./operation.ts";
import { putMember } from "./put-member.ts";

const tags = ["Guilds"];

export const guildRoutes = (app: OpenAPIHono<ApiEnv>, operation: Operation, { guilds, leases }: ApiDeps): void => {
  const view = async (id: GuildId): Promise<z.infer<typeof guildSchema>> => {
    const { sessions, members, ...guild } = await guilds.snapshot(id);
    const alive = await leases.alive(sessions.map(({ incarnation }) => incarnation));
    const open = sessions.filter(({ incarnation }) => alive.has(incarnation));
    const online = new Set(open.map(({ player }) => player));
    const shown = members.map((member) => ({ ...member, online: online.has(member.player) }));
    return { ...guild, onlineCount: shown.filter((member) => member.online).length, members: shown };
  };

  app.openapi(
    operation("backend", "command", ["guild-exists", "already-in-guild", "player-not-found"], {
      method: "post",
      path: "/v1/guilds",
      operationId: "createGuild",
      tags,
      summary: "Create a guild with its leader; the same request again changes nothing",
      request: { body: jsonBody(createGuildSchema) },
      responses: { 201: json(guildSchema, "The guild") },
    }),
    async (c) => {
      const guild = c.req.valid("json");
      await guilds.create(guild);
      return c.json(await view(guild.id), 201);
    },
  );

  app.openapi(
    operation("backend", "query", ["guild-not-found"], {
      method: "get",
      path: "/v1/guilds/{guild}",
      operationId: "getGuild",
      tags,
      summary: "A guild with its members, of one moment",
      request: { params: guildParamsSchema },
      responses: { 200: json(guildSchema, "The guild") },
    }),
    async (c) => c.json(await view(c.req.valid("param").guild), 200),
  );

  app.openapi(
    operation("backend", "command", ["guild-not-found"], {
      method: "patch",
      path: "/v1/guilds/{guild}",
      operationId: "changeGuild",
      tags,
      summary: "Change a guild's name or tag",
      request: { params: guildParamsSchema, body: jsonBody(changeGuildSchema) },
      responses: { 200: json(guildSchema, "The guild as it is now") },
    }),
    async (c) => {
      const { guild } = c.req.valid("param");
      await guilds.change(guild, c.req.valid("json"));
      return c.json(await view(guild), 200);
    },
  );

  app.openapi(
    operation(
      "backend",
      "command",
      ["guild-not-found", "player-not-found", "guild-full", "already-in-guild", "last-leader"],
      {
        method: "put",
        path: "/v1/guilds/{guild}/members/{player}",
        operationId: "putMember",
        tags,
        summary: "Make a player a member, or give a member another rank; a new leader takes the old one's place",
        request: { params: memberParamsSchema, body: jsonBody(putMemberSchema) },
        responses: { 200: json(putMemberAnswerSchema, "The member") },
      },
    ),
    async (c) => {
      const { guild, player } = c.req.valid("param");
      return c.json({ player, ...(await putMember(guilds, guild, player, c.req.valid("json").rank)) }, 200);
    },
  );

  app.openapi(
    operation("backend", "command", ["guild-not-found", "member-not-found", "last-leader"], {
      method: "delete",
      path: "/v1/guilds/{guild}/members/{player}",
      operationId: "removeMember",
      tags,
      summary: "Remove a member: he left, or was kicked",
      request: { params: memberParamsSchema, query: removeMemberQuerySchema },
      responses: { 204: { description: "He is no member any more" } },
    }),
    async (c) => {
      const { guild, player } = c.req.valid("param");
      await guilds.remove(guild, player, c.req.valid("query").how);
      return c.body(null, 204);
    },
  );
};
