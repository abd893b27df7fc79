import { createServer, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { LocalDriver, LocalPresence, matchMaker } from "@colyseus/core";
import { type TransportOptions, WebSocketTransport } from "@colyseus/ws-transport";
import { getRequestListener } from "@hono/node-server";
import { pino } from "pino";
import { LIMITS } from "../shared/limits.ts";
import { makeApi } from "./api/api.ts";
import { makeCards } from "./card/cards.ts";
import { makeChanges } from "./channel/changes.ts";
import { makePresets } from "./channel/circle-presets.ts";
import { makeCircles } from "./channel/circles.ts";
import { makeGroups } from "./channel/groups.ts";
import { makeLog } from "./channel/log.ts";
import { makeReads } from "./channel/reads.ts";
import { makeRosters } from "./channel/rosters.ts";
import { makeSendSignal } from "./channel/signals.ts";
import { makeSetSlowMode } from "./channel/slow-mode.ts";
import { startSweeping } from "./channel/sweep.ts";
import { makeTails } from "./channel/tails.ts";
import type { ChatConfig } from "./config.ts";
import { makeDecisions } from "./decisions/decisions.ts";
import { startDirectory } from "./directory/start-directory.ts";
import { startFriends } from "./guild/friends.ts";
import { makeGuildLife } from "./guild/guild-life.ts";
import { makeGuilds } from "./guild/guilds.ts";
import { makeGuildJoining } from "./guild/joining.ts";
import { makeHome } from "./home/home.ts";
import { makePersonalFeed } from "./home/personal.ts";
import { makeVerifyToken } from "./identity/verify-token.ts";
import { makeLinks } from "./link/link.ts";
import { startLinkUpkeep } from "./link/link-upkeep.ts";
import { listen } from "./listen.ts";
import { makeAudit } from "./moderation/audit.ts";
import { makeBlocks } from "./moderation/blocks.ts";
import { startFilter } from "./moderation/filter/live-filter.ts";
import { makeGate } from "./moderation/gate.ts";
import { makeHeld } from "./moderation/held.ts";
import { hushChanges, hushLog } from "./moderation/hushed.ts";
import { makeJudge } from "./moderation/judging.ts";
import { makePurges, startPurging } from "./moderation/purges.ts";
import { makeReports } from "./moderation/reports.ts";
import { ruleChanges, ruleLog } from "./moderation/ruled.ts";
import { makeRules } from "./moderation/rules.ts";
import { makeSanctions } from "./moderation/sanctions.ts";
import { makeStandings } from "./moderation/standing.ts";
import { makeStudioRules } from "./moderation/studio-rules.ts";
import { makeWriters } from "./moderation/writers.ts";
import { makeDirectoryOperations } from "./operations/directory-operations.ts";
import { makeEventsOperations } from "./operations/events-operations.ts";
import { makeGuildLifeOperations } from "./operations/guild-life-operations.ts";
import { makeGuildOperations } from "./operations/guild-operations.ts";
import { makeJoiningOperations } from "./operations/joining-operations.ts";
import { makeModerationOperations } from "./operations/moderation-operations.ts";
import { makeOperations } from "./operations/operations.ts";
import { makePlayerOperations } from "./operations/player-operations.ts";
import { makePointsOperations } from "./operations/points-operations.ts";
import { makeRankingOperations } from "./operations/ranking-operations.ts";
import { makeReportOperations } from "./operations/report-operations.ts";
import { makeRewardOperations } from "./operations/reward-operations.ts";
import { makeRulesOperations } from "./operations/rules-operations.ts";
import { makeEvents } from "./outbox/events.ts";
import type { Projection } from "./outbox/projection.ts";
import { makePhrases } from "./phrase/phrases.ts";
import { makePacks } from "./player/packs.ts";
import { makePlayers } from "./player/players.ts";
import { folderArchive } from "./points/archive-folder.ts";
import { helpPays } from "./points/earning/help-pays.ts";
import { friendStayed } from "./points/earning/own-events.ts";
import { startEarning } from "./points/earning/start-earning.ts";
import { makeLedger } from "./points/ledger.ts";
import { startUpkeep } from "./points/upkeep.ts";
import { makeLeases, startLease } from "./presence/lease.ts";
import { makePresence } from "./presence/presence.ts";
import { makeRanking } from "./ranking/ranking.ts";
import { startRanking } from "./ranking/start-ranking.ts";
import { makeKeys } from "./redis/bucket.ts";
import { connectRedis } from "./redis/connect.ts";
import { readDurability } from "./redis/durability.ts";
import { marksDelivered } from "./reward/delivered.ts";
import { makePayShare, makeRewards } from "./reward/rewards.ts";
import { startRewardUpkeep } from "./reward/upkeep.ts";
import { makeAdmission } from "./rooms/admission.ts";
import { takeColyseusLog } from "./rooms/colyseus-log.ts";
import { makeFollowings } from "./rooms/followings.ts";
import { makeGuildRoom } from "./rooms/guild-room.ts";
import { makeHomeRoom } from "./rooms/home-room.ts";
import { makeJoining } from "./rooms/joining.ts";
import { makeOpenRooms } from "./rooms/open-rooms.ts";
import { makePlayerSockets } from "./rooms/player-sockets.ts";
import { GUILD_ROOM, HOME_ROOM, makeSeating } from "./rooms/seating.ts";
import { makeSessions } from "./rooms/sessions.ts";
import { makeTapBudget } from "./rooms/tap-budget.ts";
import { writeGreetingsTogether } from "./rooms/write-greetings-together.ts";
import { makeSeasons } from "./season/seasons.ts";
import { startSeasons } from "./season/start-seasons.ts";
import type { RunningService } from "./service.ts";
import { makeAskStudio } from "./webhook/ask-studio.ts";
import { makeSendEvents } from "./webhook/send-events.ts";

/** Pings more often than every 25 s empty batteries and cost a fifth of a core at 20,000 sockets; an answer may fail once. */
const PING_MS = 25_000;
/** Who does not let go of a line that is being closed is cut off after this; a process that stops has 10 s for everything. */
const CLOSE_MS = 5_000;

/** One chat process put together: rooms, join and the HTTP API on one port. Colyseus' own matchmaking routes do not exist: joining is ours. */
export const runChat = async (config: ChatConfig): Promise<RunningService> => {
  const logger = pino({ level: config.logLevel, base: { service: "chat" } }, pino.destination({ fd: 2, sync: false }));
  const keys = makeKeys(config.redis.namespace);
  const redis = await connectRedis(config.redis, logger);
  const { historyLength } = config;
  const origin = Date.now();
  const warn = (event: string) => (error: unknown) => logger.warn({ event, error: String(error) });
  const standings = makeStandings(redis, keys, { onError: warn("standings-check-failed") });
  const blocks = makeBlocks(redis, keys);
  const studioRules = await makeStudioRules(redis, keys, { onError: warn("studio-rules-check-failed") });
  const rules = makeRules(redis, keys, studioRules);
  const filter = startFilter(config.filterLists, logger);
  if (!config.development) filter.warm();
  const gate = makeGate({
    ...{ rules, filter, studio: studioRules, writers: makeWriters(redis, keys), isMinor: standings.isMinor },
    invitePrefix: config.inviteUrl?.split("{code}")[0],
  });
  const { judgeText } = gate;
  const held = makeHeld(redis, keys, makeLog(redis, keys, { historyLength }));
  const log = ruleLog(
    hushLog(makeLog(redis, keys, { historyLength, pace: config.pace }), standings),
    { gate, rules },
    held.hold,
  );
  const { folder } = config.ledger;
  const archive = folder === undefined ? undefined : folderArchive(join(folder, config.redis.namespace));
  const players = makePlayers(redis, keys);
  const rosters = makeRosters(redis, keys);
  const guilds = makeGuilds(redis, keys, players, {
    ...{ historyLength, capacity: config.guildCapacity, joinMode: config.guildJoinMode, rejoinMs: config.rejoinMs },
  });
  const guildJoining = makeGuildJoining({ redis, keys, players, historyLength });
  const packs = makePacks(redis, keys, config.freePacks);
  const phrases = await makePhrases(redis, keys);
  const verifyToken = makeVerifyToken(config.token);
  const lease = await startLease(redis, keys, config.leaseMs);
  const { incarnation } = lease;
  const leases = makeLeases(redis, keys);
  const openRooms = makeOpenRooms();
  const setSlowMode = makeSetSlowMode(redis, keys);
  const tails = makeTails(redis, keys, log, logger);

  const reads = makeReads(redis, keys);
  const askStudio = config.webhook === undefined ? undefined : makeAskStudio(config.webhook, logger);
  const speech = hushChanges(
    {
      changes: ruleChanges(makeChanges(redis, keys, { historyLength, pace: config.pace }), { gate, rules }),
      cards: makeCards({ redis, keys, log }, { historyLength, askStudio, pay: makePayShare(redis, keys) }),
      sendSignal: makeSendSignal(redis, keys),
    },
    standings,
  );
  const { changes, cards, sendSignal } = speech;
  const groups = makeGroups(redis, keys, players, { historyLength });
  const circles = makeCircles(redis, keys, groups, { historyLength });
  await makePresets(circles, config.circlePresets);
  const directory = startDirectory({ redis, keys, players, guilds, cards, join: guildJoining.joinOpen }, logger);
  const home = makeHome({ guilds, groups, reads });
  const admission = makeAdmission();
  const presence = makePresence(redis, keys, incarnation);
  const sessions = makeSessions({ presence, rosters, logger }, incarnation);
  lease.onLapse(() => void sessions.tellAgain());
  const ledger = makeLedger(redis, keys, archive);
  const links = makeLinks(redis, keys, { players, groups, ledger }, { historyLength });
  const earning = await startEarning({ redis, keys, guilds, players }, config.earning, logger);
  const rewards = makeRewards(redis, keys, guilds, { historyLength });
  const seasons = makeSeasons(redis, keys);
  const rankings = startRanking(redis, keys, logger);
  const projections: readonly Projection[] = [directory.projection, rankings.projection, helpPays(earning)];
  const sendEvents = config.events.webhook === undefined ? undefined : makeSendEvents(config.events.webhook);
  const events = makeEvents(
    { redis, keys, log: logger },
    {
      ...config.events,
      projections,
      send: sendEvents && marksDelivered(rewards.orders)(sendEvents.send),
      ackReplicas: config.redis.ackReplicas,
    },
  );
  const purges = makePurges(redis, keys, {
    historyLength,
    channelsOf: async (player) => (await home.channels(player)).map(({ channel }) => channel),
    onError: warn("purge-failed"),
  });
  const sanctions = makeSanctions(redis, keys, { historyLength });
  const judge = makeJudge({
    ...{ redis, keys, sanctions, changes, held },
    guilds: {
      kick: (guild, player, by) => guilds.remove(guild, player, "kicked", by),
      ban: (ban) => guildJoining.bans.ban(ban),
    },
  });
  const life = makeGuildLife(redis, keys, leases, { historyLength, ...config.guildLife });
  const handlers = {
    ...makeEventsOperations(events),
    ...makeDirectoryOperations({ ...directory, circles, players, judgeText, playersFound: config.playersFoundCircles }),
    ...makeGuildLifeOperations({ ...life, judgeText }),
    ...makeGuildOperations({ guilds, leases, judgeText, playersFound: config.playersFoundGuilds }),
    ...makeJoiningOperations({ joining: guildJoining, leases, judgeText, inviteUrl: config.inviteUrl }),
    ...makePlayerOperations(links),
    ...makeModerationOperations({
      sanctions,
      blocks,
      audit: makeAudit(redis, keys),
      purges,
    }),
    ...makeRulesOperations({ rules, studio: studioRules }),
    ...makePointsOperations({ ledger, guilds }),
    ...makeRankingOperations({ ranking: makeRanking(redis, keys, seasons), seasons, guilds }),
    ...makeReportOperations({ reports: makeReports(redis, keys), judge }),
    ...makeRewardOperations({ rewards, guilds }),
  };
  const operations = makeOperations(handlers, standings);
  const api = makeApi({
    operations,
    guilds,
    rosters,
    groups,
    home,
    players,
    ledger,
    earning,
    log,
    changes,
    cards,
    reads,
    packs,
    phrases,
    setSlowMode,
    leases,
    decisions: makeDecisions(redis, keys),
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
  const followings = makeFollowings({ tails, log, reads, origin });
  const personal = makePersonalFeed(redis, keys, warn("personal-feed-failed"));
  personal.onStanding(standings.changed);
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
    levels: life.levels,
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
    tokenGraceMs: config.token.graceMs,
    logger,
  };
  matchMaker.setHealthChecksEnabled(false);
  await matchMaker.setup(new LocalPresence(), new LocalDriver(), config.publicAddress);
  matchMaker.defineRoomType(GUILD_ROOM, makeGuildRoom(house));
  matchMaker.defineRoomType(HOME_ROOM, makeHomeRoom(house));
  await matchMaker.accept();
  const port = await listen(server, { host: config.host, port: config.port, portSetting: "PORT" });
  server.on("error", (error) => logger.error({ event: "server-error", error: String(error) }));
  const lifeUpkeep = life.startUpkeep(logger);
  const upkeep = startUpkeep(redis, keys, logger, {
    folding: archive === undefined ? undefined : { archive, keep: config.ledger.keep },
  });
  const closing = startSeasons(redis, keys, seasons, logger, { historyLength });
  const following = await events.follow();
  const friends = startFriends(redis, keys, logger, {
    onFriendStayed: async ({ inviter, friend }) => void (await earning.take(friendStayed(inviter, friend))),
  });
  const rewardUpkeep = startRewardUpkeep({ ...rewards, logger });
  const linkUpkeep = startLinkUpkeep(links, logger);
  const sweeping = startSweeping(redis, keys, logger, { historyMs: config.historyMs });
  const purging = startPurging(purges, warn("purge-failed"));
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
      sessions.close();
      standings.close();
      filter.close();
      studioRules.close();
      tails.close();
      earning.close();
      directory.close();
      rankings.close();
      closing.close();
      sweeping.close();
      purging.close();
      friends.close();
      linkUpkeep.close();
      events.feed.close();
      await Promise.race([following.close(), delay(CLOSE_MS / 2, undefined, { ref: false })]);
      sendEvents?.close();
      upkeep.close();
      lifeUpkeep.close();
      rewardUpkeep.close();
      // Without Redis the lease ends by itself; a process that stops does not wait for it.
      await Promise.race([lease.release().catch(() => undefined), delay(1_000, undefined, { ref: false })]);
      await redis.close();
      giveConsoleBack();
    },
  };
};

/** Some HTTP clients (Java's) offer an upgrade to HTTP/2 with every request; it may be passed over (RFC 9110 §7.8), and the request is answered as it is. */
const asksForWebSocket = ({ headers }: IncomingMessage): boolean => headers.upgrade?.toLowerCase() === "websocket";
