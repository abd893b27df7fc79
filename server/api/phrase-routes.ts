import type { OpenAPIHono } from "@hono/zod-openapi";
import {
  myPhrasesQuerySchema,
  myPhrasesSchema,
  ownPhraseIdParamsSchema,
  phraseAnswerSchema,
  phraseIdParamsSchema,
  phrasesSchema,
  putPhraseSchema,
} from "../../shared/api/phrase.ts";
import type { ApiDeps } from "./api-deps.ts";
import type { ApiEnv } from "./api-env.ts";
import { json, jsonBody, type Operation } from "./operation.ts";

const tags = ["Quick phrases"];

/** The studio's own quick phrases. Those that Gremio ships are in every client already. */
export const phraseRoutes = (app: OpenAPIHono<ApiEnv>, operation: Operation, { phrases }: ApiDeps): void => {
  app.openapi(
    operation("backend", "query", [], {
      method: "get",
      path: "/v1/phrases",
      operationId: "getPhrases",
      tags,
      summary: "The studio's own quick phrases",
      responses: { 200: json(phrasesSchema, "Those in use") },
    }),
    async (c) => {
      const { version, inUse } = await phrases.list();
      return c.json({ version, phrases: [...inUse].map(([id, texts]) => ({ id, texts })) }, 200);
    },
  );

  app.openapi(
    operation("backend", "command", ["phrases-full"], {
      method: "put",
      path: "/v1/phrases/{phrase}",
      operationId: "putPhrase",
      tags,
      summary: "Add a quick phrase of the studio's own, or give it other texts; members can say it within 5 s",
      request: { params: ownPhraseIdParamsSchema, body: jsonBody(putPhraseSchema) },
      responses: { 200: json(phraseAnswerSchema, "The phrase as it is now") },
    }),
    async (c) => {
      const { phrase: id } = c.req.valid("param");
      const { texts } = c.req.valid("json");
      await phrases.put(id, texts);
      return c.json({ id, texts }, 200);
    },
  );

  app.openapi(
    operation("backend", "command", ["phrase-unknown"], {
      method: "delete",
      path: "/v1/phrases/{phrase}",
      operationId: "removePhrase",
      tags,
      summary: "Have a phrase said no more; what was said with it is still shown",
      request: { params: phraseIdParamsSchema },
      responses: { 204: { description: "Removed" } },
    }),
    async (c) => {
      await phrases.remove(c.req.valid("param").phrase);
      return c.body(null, 204);
    },
  );

  app.openapi(
    operation("player", "query", [], {
      method: "get",
      path: "/v1/me/phrases",
      operationId: "getMyPhrases",
      tags,
      summary: "The studio's quick phrases for a client to keep; with the `version` it has, only what is newer",
      request: { query: myPhrasesQuerySchema },
      responses: { 200: json(myPhrasesSchema, "The phrases; without `phrases`, the client has them already") },
    }),
    async (c) => {
      const { version, known, inUse } = await phrases.list();
      if (version === c.req.valid("query").version) return c.json({ version }, 200);
      return c.json({ version, phrases: [...known].map(([id, texts]) => ({ id, texts, inUse: inUse.has(id) })) }, 200);
    },
  );
};
