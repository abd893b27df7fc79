import type { OpenAPIHono } from "@hono/zod-openapi";
import {
  channelParamsSchema,
  deleteMessageQuerySchema,
  entryParamsSchema,
  historyQuerySchema,
  historySchema,
  type Speak,
  setSlowModeSchema,
  slowModeSchema,
  speakSchema,
  spokenSchema,
} from "../../shared/api/message.ts";
import { numbersOf } from "../../shared/entry.ts";
import { NOTICE_TRAITS } from "../../shared/notice-kind.ts";
import type { NoticeRequest } from "../channel/log.ts";
import { makeNoticeOfFighters, type NoticeOfFighters } from "../pvp/notice-of-fighters.ts";
import type { ApiDeps } from "./api-deps.ts";
import type { ApiEnv } from "./api-env.ts";
import { newsBody } from "./news-body.ts";
import { json, jsonBody, type Operation } from "./operation.ts";

const tags = ["Channels"];
type SaidOf = Pick<Speak, "about" | "importance" | "only" | "expiresAt" | "lifeMs">;
const TEXT_ERRORS = ["text-empty", "text-too-long", "text-not-allowed"] as const;

export const messageRoutes = (
  app: OpenAPIHono<ApiEnv>,
  operation: Operation,
  { rosters, log, changes, setSlowMode, fighters }: ApiDeps,
): void => {
  const noticeOfFighters = makeNoticeOfFighters(fighters);

  app.openapi(
    operation(
      "backend",
      "command",
      [...TEXT_ERRORS, "template-unknown", "key-reused", "guild-not-found", "channel-not-found", "no-war"],
      {
        method: "post",
        path: "/v1/channels/{channel}/messages",
        operationId: "speak",
        tags,
        summary: "Have the system say something in a channel, once per nonce",
        request: { params: channelParamsSchema, body: jsonBody(speakSchema) },
        responses: { 200: json(spokenSchema, "Said, now or (`repeated`) by an earlier request with this nonce") },
      },
    ),
    async (c) => {
      const { channel } = c.req.valid("param");
      const { nonce, fighters: of, ...said } = c.req.valid("json");
      const body = newsBody(said);
      await rosters.mustExist(channel);
      const told = of !== undefined ? toldOnly(await noticeOfFighters(channel, of)) : toldOf(said);
      const { importance = "normal", about, only, expiresAt, lifeMs } = said;
      // What was not asked for is missing, as ever: a nonce is known by it.
      const asked = { body, importance, fighters: of, about, only, expiresAt, lifeMs };
      return c.json(await log.append({ channel, nonce, kind: "news", body, asked, ...told }), 200);
    },
  );

  app.openapi(
    operation("backend", "command", ["guild-not-found", "channel-not-found"], {
      method: "put",
      path: "/v1/channels/{channel}/slow-mode",
      operationId: "setSlowMode",
      tags,
      summary: "Have a channel's members wait between two messages; leaders and officers need not",
      request: { params: channelParamsSchema, body: jsonBody(setSlowModeSchema) },
      responses: { 200: json(slowModeSchema, "As it is now") },
    }),
    async (c) => {
      const { channel } = c.req.valid("param");
      const { slowModeMs, reason } = c.req.valid("json");
      await rosters.mustExist(channel);
      await setSlowMode(channel, slowModeMs, { reason });
      return c.json({ slowModeMs }, 200);
    },
  );

  app.openapi(
    operation("backend", "query", ["guild-not-found", "channel-not-found"], {
      method: "get",
      path: "/v1/channels/{channel}/messages",
      operationId: "getMessages",
      tags,
      summary: "A page of a channel's log, oldest first",
      request: { params: channelParamsSchema, query: historyQuerySchema },
      responses: { 200: json(historySchema, "The page") },
    }),
    async (c) => {
      const { channel } = c.req.valid("param");
      const { before, limit } = c.req.valid("query");
      await rosters.mustExist(channel);
      const { lineage, entries, more, floor } = await log.before(channel, undefined, before, limit);
      const people = await rosters.people(channel, entries.flatMap(numbersOf));
      const named = people.map(({ number, player, profile }) => ({ number, player, name: profile.name }));
      return c.json({ channel, lineage, entries, people: named, more, floor }, 200);
    },
  );

  app.openapi(
    operation("backend", "command", ["guild-not-found", "channel-not-found", "entry-not-found"], {
      method: "delete",
      path: "/v1/channels/{channel}/messages/{seq}",
      operationId: "deleteMessage",
      tags,
      summary:
        "Take a message's content away for everybody; its seq stays. The same request within 24 h gives the first answer",
      request: { params: entryParamsSchema, query: deleteMessageQuerySchema },
      responses: { 200: json(spokenSchema, "The entry that tells of it") },
    }),
    async (c) => {
      const { channel, seq } = c.req.valid("param");
      const { reason } = c.req.valid("query");
      await rosters.mustExist(channel);
      // No nonce of the backend's own has spaces.
      const deletion = { channel, nonce: `backend delete ${seq}`, seq, player: undefined, reason };
      return c.json(await changes.delete(deletion), 200);
    },
  );
};

const toldOf = ({ about, importance, only, expiresAt, lifeMs }: SaidOf): { notice?: NoticeRequest } => {
  if (about === undefined && importance !== "high") return {};
  const of = about ?? "event";
  const { importance: usual } = NOTICE_TRAITS[of];
  const isLoud = usual === "urgent" || usual === "important";
  const as = importance === "high" ? (isLoud ? undefined : "important") : importance;
  return {
    notice: {
      ...{ type: "notice", about: of },
      ...(as !== undefined && { importance: as }),
      ...(only !== undefined && { only }),
      ...(expiresAt !== undefined && { expiresAt }),
      ...(lifeMs !== undefined && { lifeMs }),
    },
  };
};

const toldOnly = (told: NoticeOfFighters) => ("refused" in told ? { refused: told.refused } : { notice: told.notice });
