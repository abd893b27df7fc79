import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { streamSSE } from "hono/streaming";
import { z } from "zod";
import { type Cast, putLocaleSchema, type Why } from "../../shared/api/dev-page.ts";
import { playerSchema } from "../../shared/api/player.ts";
import { reportedSchema } from "../../shared/api/push.ts";
import { guildChannel } from "../../shared/id.ts";
import { localeSchema } from "../../shared/locale.ts";
import type { ChatConfig } from "../config.ts";
import { decisionSchema } from "../decisions/decision.ts";
import { replay } from "../notifier/deciding/replay.ts";
import { makeBackend } from "./backend.ts";
import { bundlePage, type PageFiles } from "./bundle.ts";
import { BOTS, type CastMember, GUILD, GUILDS, PLAYERS, RIVAL_BOTS, RIVAL_GUILD, RIVALS } from "./cast.ts";
import { makeFight } from "./fight.ts";
import { ownPageOnly } from "./own-page-only.ts";
import { makePhones } from "./phones.ts";
import { makePlayerToken } from "./player-token.ts";
import { seed } from "./seed.ts";

type PageEnv = { Bindings: HttpBindings };

/** The one button that the game's backend would press: it does so by the API, like any other. */
const NEWS = [
  { template: "boss-appeared", params: { boss: "Quetzalcóatl" } },
  { template: "event-starts", params: { event: "Carnaval", minutes: "10" } },
  { template: "guild-level-up", params: { level: "13" } },
];

/** Who can be played on the page. */
const PLAYED = [...PLAYERS, ...RIVALS];
const EVERYBODY = GUILDS.flatMap(({ people }) => people);

/** Decisions as the API tells them. */
const decidedSchema = z.object({
  decisions: z.array(decisionSchema.extend({ id: z.string(), words: z.string(), reports: reportedSchema.optional() })),
});

const idSchema = z.coerce.number().int().min(1);

export type DevPage = {
  readonly routes: Hono<PageEnv>;
  /** Makes the guild the page opens on, or finds it again. */
  open(): Promise<void>;
};

/**
 * The page of `npm start`. Development only: it signs tokens of its players for whoever opens it from this machine or the local network. `api` answers a request to
 * the HTTP API; it is not asked before `open`.
 */
export const makeDevPage = (
  config: ChatConfig,
  api: (path: string, init: RequestInit) => Response | Promise<Response>,
): DevPage => {
  const { sandboxPort, controlPort } = config.dev ?? {};
  const backend = makeBackend(api, config.apiKeys[0] ?? "");
  const signToken = makePlayerToken(config.token);
  const fight = makeFight(backend);
  const phones = sandboxPort === undefined ? undefined : makePhones(sandboxPort, PLAYED);

  const app = new Hono<PageEnv>();
  app.use(ownPageOnly);
  let bundling: Promise<PageFiles> | undefined;
  let files: Promise<PageFiles> | undefined;
  const bundle = (): Promise<PageFiles> => {
    bundling ??= bundlePage().finally(() => {
      bundling = undefined;
    });
    return bundling;
  };
  /** As bundled when the page was last opened. */
  const pageFiles = (): Promise<PageFiles> => (files ??= bundle());

  app.get(
    "/",
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["data:"],
        // Older browsers do not count WebSockets of the same host as 'self'.
        connectSrc: ["'self'", (c) => `ws://${new URL(c.req.url).host}`],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
      // Browsers complain about these on the local network's addresses, which have no TLS.
      strictTransportSecurity: false,
      crossOriginOpenerPolicy: false,
      originAgentCluster: false,
    }),
    async (c) => {
      // Anew each time: who changes the page sees it by loading it again.
      files = bundle();
      return c.html((await files).html, 200, NO_STORE);
    },
  );
  app.get("/dev/page.css", async (c) => text(c, (await pageFiles()).css, "text/css"));
  app.get("/dev/page.js", async (c) => text(c, (await pageFiles()).js, "text/javascript"));

  app.get("/dev/cast", async (c) => {
    const person = async ({ player, profile }: CastMember) => {
      const found = await profileOf(player);
      return { player, name: found?.name ?? profile.name, locale: found?.locale ?? "es-419" };
    };
    const persons = async (some: readonly CastMember[]) => Promise.all(some.map(person));
    const cast: Cast = {
      ...{ guild: GUILD.id, players: await persons(PLAYERS), bots: await persons(BOTS) },
      rivals: { guild: RIVAL_GUILD.id, players: await persons(RIVALS), bots: await persons(RIVAL_BOTS) },
      phones: phones !== undefined,
    };
    return c.json(cast, 200, NO_STORE);
  });

  const profileOf = async (player: string) => {
    const answer = await backend("GET", `players/${player}`);
    return answer.ok ? playerSchema.parse(answer.body).profile : undefined;
  };

  app.post("/dev/players/:player/token", async (c) => {
    const known = EVERYBODY.find(({ player }) => player === c.req.param("player"));
    if (known === undefined) return c.text("No player of this page.", 404);
    if (signToken === undefined) return c.text("Tokens are signed elsewhere (GREMIO_TOKEN_JWKS_URL).", 409);
    const name = (await profileOf(known.player))?.name ?? known.profile.name;
    return c.json({ token: await signToken(known.player, name) }, 200, NO_STORE);
  });

  app.put("/dev/players/:player/locale", async (c) => {
    const wanted = putLocaleSchema.safeParse(await c.req.json().catch(() => undefined));
    const known = PLAYED.find(({ player }) => player === c.req.param("player"));
    if (known === undefined || !wanted.success) return c.text("No such player or language.", 400);
    const answer = await backend("PATCH", `players/${known.player}`, wanted.data);
    return answer.ok ? c.body(null, 204) : c.text(answer.code, 502);
  });

  app.get("/dev/players/:player/decisions", async (c) => {
    const locale = localeSchema.catch("es-419").parse(c.req.query("locale"));
    const known = PLAYED.find(({ player }) => player === c.req.param("player"));
    if (known === undefined) return c.text("No player of this page.", 404);
    const answer = await backend("GET", `players/${known.player}/decisions?limit=30&locale=${locale}`);
    if (!answer.ok) return c.text(answer.code, 502);
    const { decisions } = decidedSchema.parse(answer.body);
    const why: Why = { decisions: decisions.map((decision) => ({ ...decision, again: replay(decision) })) };
    return c.json(why, 200, NO_STORE);
  });

  let turns = Math.floor(Math.random() * NEWS.length);
  app.post("/dev/news", async (c) => {
    const news = NEWS[turns++ % NEWS.length];
    const said = { ...news, nonce: `page.${crypto.randomUUID()}` };
    const answer = await backend("POST", `channels/${guildChannel(GUILD.id)}/messages`, said);
    return answer.ok ? c.body(null, 204) : c.text(answer.code, 502);
  });

  app.post("/dev/players/:player/points", async (c) => {
    const movement = { key: `page:${crypto.randomUUID()}`, amount: 10, reason: "the page's button" };
    const member = c.req.param("player");
    const guild = GUILDS.find(({ people }) => people.some(({ player }) => player === member))?.guild ?? GUILD;
    const answer = await backend("POST", `guilds/${guild.id}/points`, { ...movement, member });
    return answer.ok ? c.body(null, 204) : c.text(answer.code, 502);
  });

  app.post("/dev/players/:player/battles", async (c) => {
    const fought = await fight(c.req.param("player"));
    return "code" in fought ? c.json(fought, 409, NO_STORE) : c.json(fought, 200, NO_STORE);
  });

  app.get("/dev/phones", (c) => {
    if (phones === undefined) return c.text("There is no sandbox.", 404);
    return streamSSE(c, async (stream) => {
      const gone = new AbortController();
      stream.onAbort(() => gone.abort());
      await phones.watch((phone) => stream.writeSSE({ event: "phone", data: JSON.stringify(phone) }), gone.signal);
    });
  });

  app.delete("/dev/phones/:player/screen", async (c) => {
    await phones?.dismiss(c.req.param("player"));
    return c.body(null, 204);
  });

  app.delete("/dev/phones/:player/screen/:id", async (c) => {
    const id = idSchema.safeParse(c.req.param("id"));
    if (phones === undefined || !id.success) return c.text("No such notification.", 404);
    await phones.dismiss(c.req.param("player"), id.data);
    return c.body(null, 204);
  });

  app.post("/dev/kill-chat", (c) => {
    if (controlPort === undefined) return c.text("Nobody would start it again.", 409);
    // Answered first: afterwards there is nobody left to answer.
    c.env.outgoing.once("close", () => {
      void fetch(`http://127.0.0.1:${controlPort}/dev/kill-chat`, { method: "POST" }).catch(() => {});
    });
    return c.body(null, 202);
  });

  return {
    routes: app,
    open: async () => {
      await Promise.all([seed(backend), phones?.register()]);
    },
  };
};

const NO_STORE = { "cache-control": "no-store" };

const text = (c: Context, body: string, type: string): Response =>
  c.body(body, 200, { ...NO_STORE, "content-type": `${type}; charset=utf-8`, "x-content-type-options": "nosniff" });
