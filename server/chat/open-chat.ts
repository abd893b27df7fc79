import { setTimeout as delay } from "node:timers/promises";
import { pino } from "pino";
import { GremioError } from "../../shared/errors.ts";
import { ROOM_WIRE } from "../../shared/protocol.ts";
import { makeGroups } from "../channel/groups.ts";
import { makeRosters } from "../channel/rosters.ts";
import { loadConfig } from "../config.ts";
import { makeGuilds } from "../guild/guilds.ts";
import { makeGuildJoining } from "../guild/joining.ts";
import { makeHome } from "../home/home.ts";
import { makeAudit } from "../moderation/audit.ts";
import { makeBlocks } from "../moderation/blocks.ts";
import { makeChannelsOf } from "../moderation/channels-of.ts";
import { makeJudge } from "../moderation/judging.ts";
import { makePurges } from "../moderation/purges.ts";
import { makeReports } from "../moderation/reports.ts";
import { makeSanctions } from "../moderation/sanctions.ts";
import { makeModerationOperations } from "../operations/moderation-operations.ts";
import { makeOperations } from "../operations/operations.ts";
import { makePinOperations } from "../operations/pin-operations.ts";
import { makeReportOperations } from "../operations/report-operations.ts";
import { makePhrases } from "../phrase/phrases.ts";
import { makePacks } from "../player/packs.ts";
import { makePlayers } from "../player/players.ts";
import { startLease } from "../presence/lease.ts";
import { makePresence } from "../presence/presence.ts";
import { makeFighters } from "../pvp/fighters.ts";
import { makeKeys } from "../redis/bucket.ts";
import { connectRedis } from "../redis/connect.ts";
import { makeAdmission } from "../rooms/admission.ts";
import type { Chat } from "../rooms/chat-plugin.ts";
import { makeFollowings } from "../rooms/followings.ts";
import { makeJoinBudget } from "../rooms/join-budget.ts";
import { makePlayerSockets } from "../rooms/player-sockets.ts";
import type { Seats } from "../rooms/seats.ts";
import { makeSessions } from "../rooms/sessions.ts";
import { makeTapBudget } from "../rooms/tap-budget.ts";
import { wireUnder } from "../rooms/wire.ts";
import { makeRoomTeams } from "../team/room-teams.ts";
import { makeTeamMembers } from "../team/team-members.ts";
import { makeSpeech } from "./speech.ts";

export type OpenChatOptions = {
  /** Settings by name, as in docs/settings.md; of them REDIS_URL is needed. Left out: the process's environment. */
  env?: Readonly<Record<string, string | undefined>>;
  /** The Colyseus message type under which everything of the chat goes, both ways. */
  messageType?: string;
};

/** A chat in a process of the studio's. */
export type OpenChat = Chat & {
  /** Lets teams end and Redis go; after the rooms have been disposed of. */
  close(): Promise<void>;
};

/** Those whose line is full are looked for this often. */
const LOOK_MS = 500;
const CLOSE_MS = 2_000;

/**
 * Opens what `ChatPlugin` needs, once in a process: a connection to the Redis that the chat services use, and nothing that listens. The settings must be those of the
 * chat services. Throws when a setting is wrong (each is named) or Redis does not answer within 10 s; a connection lost later is restored for ever.
 */
export const openChat = async ({
  env = process.env,
  messageType = ROOM_WIRE,
}: OpenChatOptions = {}): Promise<OpenChat> => {
  const config = loadConfig(env, "plugin");
  const { historyLength } = config;
  const logger = pino(
    { level: config.logLevel, base: { service: "plugin" } },
    pino.destination({ fd: 2, sync: false }),
  );
  const warn = (event: string) => (error: unknown) => logger.warn({ event, error: String(error) });
  const keys = makeKeys(config.redis.namespace);
  const redis = await connectRedis(config.redis, logger);
  const origin = Date.now();
  const lease = await startLease(redis, keys, config.leaseMs);
  const { incarnation } = lease;
  const speech = await makeSpeech({ config, redis, keys, logger, warn });
  const { log, personal, changes, cards, reads, tails, standings, setSlowMode, sendSignal, held } = speech;
  const players = makePlayers(redis, keys);
  const groups = makeGroups(redis, keys, players, { historyLength });
  const guilds = makeGuilds(redis, keys, players, { historyLength });
  const { bans } = makeGuildJoining({ redis, keys, players, historyLength });
  const rosters = makeRosters(redis, keys);
  const home = makeHome({ guilds, groups, reads });
  const blocks = makeBlocks(redis, keys);
  const sanctions = makeSanctions(redis, keys, { historyLength });
  const judge = makeJudge({
    ...{ redis, keys, sanctions, changes, held },
    guilds: {
      kick: (guild, player, by) => guilds.remove(guild, player, "kicked", by),
      ban: (ban) => bans.ban(ban),
    },
  });
  const purges = makePurges(redis, keys, {
    ...{ historyLength, onError: warn("purge-failed") },
    channelsOf: makeChannelsOf(redis, keys, home),
  });
  const wire = wireUnder(messageType);
  const followings = makeFollowings({ tails, log, reads, origin, wire });
  const sessions = makeSessions({ presence: makePresence(redis, keys, incarnation), rosters, logger }, incarnation);
  lease.onLapse(() => void sessions.tellAgain());

  const lookedAfter = new Set<Seats>();
  const looking = setInterval(() => {
    for (const seats of lookedAfter) seats.cutOffFull();
  }, LOOK_MS).unref();
  const pending = new Set<Promise<unknown>>();

  return {
    ...{
      log,
      changes,
      cards,
      reads,
      setSlowMode,
      sendSignal,
      rosters,
      followings,
      home,
      personal,
      sessions,
      standings,
    },
    ...{ players, groups, blocks, origin, wire, messageType, logger },
    // What concerns what is said here. The rest is for the game's own screens, over HTTP or a room of ours.
    operations: makeOperations(
      {
        ...makeModerationOperations({ sanctions, blocks, audit: makeAudit(redis, keys), purges }),
        ...makeReportOperations({ reports: makeReports(redis, keys), judge }),
        ...makePinOperations({ changes, reads, rosters }),
      },
      standings,
    ),
    packs: makePacks(redis, keys, config.freePacks),
    phrases: await makePhrases(redis, keys),
    teams: makeRoomTeams(redis, keys),
    members: makeTeamMembers({ redis, keys, players, groups, historyLength }),
    fighters: makeFighters(redis, keys),
    admission: makeAdmission(),
    playerSockets: makePlayerSockets(config.playerSockets, logger),
    spendTap: makeTapBudget(),
    spendJoin: makeJoinBudget(),
    verifyToken: async () => {
      throw new GremioError("bad-request", { details: ["the room knows its players without tokens of ours"] });
    },
    lookAfter: (seats) => {
      lookedAfter.add(seats);
      return () => lookedAfter.delete(seats);
    },
    remember: (work) => {
      const done = work.finally(() => pending.delete(done));
      pending.add(done);
    },
    close: async () => {
      clearInterval(looking);
      const patience = (): Promise<void> => delay(CLOSE_MS, undefined, { ref: false });
      await Promise.race([Promise.all(pending), patience()]);
      followings.close();
      sessions.close();
      speech.close();
      // Without Redis the lease ends by itself.
      await Promise.race([lease.release().catch(() => undefined), patience()]);
      await redis.close();
    },
  };
};
