import { createServer, type IncomingMessage } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { LocalDriver, LocalPresence, matchMaker } from "@colyseus/core";
import { type TransportOptions, WebSocketTransport } from "@colyseus/ws-transport";
import { getRequestListener } from "@hono/node-server";
import { pino } from "pino";
import { LIMITS } from "../shared/limits.ts";
import { makeApi } from "./api/api.ts";
import { makeHandlers } from "./chat/handlers.ts";
import { makeOutlet } from "./chat/outlet.ts";
import { makePeople } from "./chat/people.ts";
import { makePoints } from "./chat/points.ts";
import { makeSpeech } from "./chat/speech.ts";
import { startUpkeep } from "./chat/upkeep.ts";
import { startVoice } from "./chat/voice.ts";
import { makeWar } from "./chat/war.ts";
import type { ChatConfig } from "./config.ts";
import { makeDecisions } from "./decisions/decisions.ts";
import { makeVerifyToken } from "./identity/verify-token.ts";
import { listen } from "./listen.ts";
import { makeChannelsOf } from "./moderation/channels-of.ts";
import { makePurges } from "./moderation/purges.ts";
import { makeOperations } from "./operations/operations.ts";
import { makePhrases } from "./phrase/phrases.ts";
import { makePacks } from "./player/packs.ts";
import { makeLeases, startLease } from "./presence/lease.ts";
import { makePresence } from "./presence/presence.ts";
import { makeFighters } from "./pvp/fighters.ts";
import { makeWarFeeds } from "./pvp/war-feeds.ts";
import { makeKeys } from "./redis/bucket.ts";
import { connectRedis } from "./redis/connect.ts";
import { readDurability } from "./redis/durability.ts";
import { makeAdmission } from "./rooms/admission.ts";
import { takeColyseusLog } from "./rooms/colyseus-log.ts";
import { makeFollowings } from "./rooms/followings.ts";
import { makeGuildRoom } from "./rooms/guild-room.ts";
import { makeHomeRoom } from "./rooms/home-room.ts";
import { makeJoining } from "./rooms/joining.ts";
import { makeOpenRooms } from "./rooms/open-rooms.ts";
import { makePlayerSockets } from "./rooms/player-sockets.ts";
import { GUILD_ROOM, HOME_ROOM, makeSeating, TEAM_ROOM } from "./rooms/seating.ts";
import { makeSessions } from "./rooms/sessions.ts";
import { makeTapBudget } from "./rooms/tap-budget.ts";
import { makeTeamRoom } from "./rooms/team-room.ts";
import { ownWire } from "./rooms/wire.ts";
import { writeGreetingsTogether } from "./rooms/write-greetings-together.ts";
import type { RunningService } from "./service.ts";
import { makeTeam } from "./team/make-teams.ts";

/** Pings more often than every 25 s empty batteries and cost a fifth of a core at 20,000 sockets; an answer may fail once. */
const PING_MS = 25_000;
/** Who does not let go of a line that is being closed is cut off after this; a process that stops has 10 s for everything. */
const CLOSE_MS = 5_000;

/** One chat process put together: rooms, join and the HTTP API on one port. Colyseus' own matchmaking routes do not exist: joining is ours. */
export const runChat = async (config: ChatConfig): Promise<RunningService> => {
  const logger = pino({ level: config.logLevel, base: { service: "chat" } }, pino.destination({ fd: 2, sync: false }));
  const keys = makeKeys(config.redis.namespace);
  const redis = await connectRedis(config.redis, logger);
  const origin = Date.now();
  const warn = (event: string) => (error: unknown) => logger.warn({ event, error: String(error) });
  const base = { config, redis, keys, logger, warn };
  const lease = await startLease(redis, keys, config.leaseMs);
  const { incarnation } = lease;
  const leases = makeLeases(redis, keys);
  const speech = await makeSpeech(base);
  const people = await makePeople(base, speech, leases);
  const points = await makePoints(base, people);
  const war = makeWar(base, points);
  const { log, personal, changes, cards, reads, tails, standings, setSlowMode, sendSignal } = speech;
  const { players, guilds, groups, rosters, home, blocks, life } = people;
  const presence = makePresence(redis, keys, incarnation);
  const team = makeTeam({
    ...{ redis, keys, players, groups, rosters, blocks, leases, presence, onError: warn("team-check-failed") },
    ...{ historyLength: config.historyLength, guildOf: guilds.guildOf, ...config.teams },
  });
  const voice = await startVoice(base);
  const outlet = makeOutlet(base, { people, points, team, voices: voice.voices });
  const purges = makePurges(redis, keys, {
    historyLength: config.historyLength,
    channelsOf: makeChannelsOf(redis, keys, home),
    onError: warn("purge-failed"),
  });
  const decisions = makeDecisions(redis, keys, { keptMs: config.decisionsKeptMs });
  const operations = makeOperations(
    makeHandlers(base, { speech, people, points, war, outlet, purges, leases, team, voices: voice.voices, decisions }),
    { ...standings, belongs: team.partyOf.belongs },
  );
  const packs = makePacks(redis, keys, config.freePacks);
  const phrases = await makePhrases(redis, keys);
  const verifyToken = makeVerifyToken(config.token);
  const openRooms = makeOpenRooms();
  const admission = makeAdmission();
  const sessions = makeSessions({ presence, rosters, logger }, incarnation);
  lease.onLapse(() => void sessions.tellAgain());
  const fighters = makeFighters(redis, keys);
  const api = makeApi({
    operations,
    guilds,
    rosters,
    groups,
    home,
    players,
    ledger: points.ledger,
    earning: points.earning,
    log,
    changes,
    cards,
    reads,
    packs,
    phrases,
    setSlowMode,
    fighters,
    leases,
    decisions,
    joining: makeJoining({
      ...{ players, seating: makeSeating(config.roomSeats), reads, admission, sessions, standings, blocks, origin },
    }),
    verifyToken,
    ready: () => redis.ready(),
    durability: () => readDurability(redis, config.redis),
    apiKeys: config.apiKeys,
    allowedOrigins: config.allowedOrigins,
    logger,
  });
  // Only `npm start` has a page. Production never loads it, nor what bundles it.
  if (config.dev?.controlPort !== undefined) {
    const { makeDevPage } = await import("./dev/dev-page.ts");
    const page = makeDevPage(config, (path, init) => api.request(path, init));
    api.route("/", page.routes);
    await page.open();
  }
  const server = createServer({ shouldUpgradeCallback: asksForWebSocket }, getRequestListener(api.fetch));
  const options: TransportOptions & { closeTimeout: number } = {
    server,
    pingInterval: PING_MS,
    pingMaxRetries: 1,
    maxPayload: LIMITS.frameBytes,
    closeTimeout: CLOSE_MS,
  };
  const transport = new WebSocketTransport(options);
  writeGreetingsTogether(server);
  // The transport's own listener prints a stack of what `listen` refuses by name.
  server.removeAllListeners("error");
  const followings = makeFollowings({ tails, log, reads, origin, wire: ownWire });
  const warFeeds = makeWarFeeds(redis, keys, logger);
  const house = {
    log,
    operations,
    packs,
    phrases,
    changes,
    cards,
    reads,
    setSlowMode,
    sendSignal,
    tails,
    rosters,
    fighters,
    levels: life.levels,
    warFeeds,
    team,
    leases,
    verifyToken,
    openRooms,
    followings,
    admission,
    home,
    personal,
    sessions,
    playerSockets: makePlayerSockets(config.playerSockets, logger),
    standings,
    spendTap: makeTapBudget(),
    incarnation,
    leaseMs: config.leaseMs,
    origin,
    wire: ownWire,
    tokenGraceMs: config.token.graceMs,
    logger,
  };
  matchMaker.setHealthChecksEnabled(false);
  await matchMaker.setup(new LocalPresence(), new LocalDriver(), config.publicAddress);
  matchMaker.defineRoomType(GUILD_ROOM, makeGuildRoom(house));
  matchMaker.defineRoomType(TEAM_ROOM, makeTeamRoom(house));
  matchMaker.defineRoomType(HOME_ROOM, makeHomeRoom(house));
  await matchMaker.accept();
  const port = await listen(server, { host: config.host, port: config.port, portSetting: "PORT" });
  server.on("error", (error) => logger.error({ event: "server-error", error: String(error) }));
  await outlet.follow();
  const upkeep = startUpkeep(base, { people, points, war, team }, purges);
  const giveConsoleBack = takeColyseusLog(logger);
  logger.info({ event: "chat-ready", port, incarnation });

  return {
    port,
    close: async () => {
      await matchMaker.gracefullyShutdown();
      transport.shutdown();
      server.closeAllConnections();
      openRooms.close();
      followings.close();
      warFeeds.close();
      sessions.close();
      speech.close();
      people.close();
      points.close();
      team.readiness.close();
      upkeep.close();
      voice.close();
      await outlet.close();
      // Without Redis the lease ends by itself; a process that stops does not wait for it.
      await Promise.race([lease.release().catch(() => undefined), delay(1_000, undefined, { ref: false })]);
      await redis.close();
      giveConsoleBack();
    },
  };
};

/** Some HTTP clients (Java's) offer an upgrade to HTTP/2 with every request; it may be passed over (RFC 9110 §7.8), and the request is answered as it is. */
const asksForWebSocket = ({ headers }: IncomingMessage): boolean => headers.upgrade?.toLowerCase() === "websocket";
