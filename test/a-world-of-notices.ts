import { makeChanges } from "../server/channel/changes.ts";
import { makeGroups } from "../server/channel/groups.ts";
import { makeLog } from "../server/channel/log.ts";
import { makeReads } from "../server/channel/reads.ts";
import { type Decided, makeDecisions } from "../server/decisions/decisions.ts";
import { makeGuilds } from "../server/guild/guilds.ts";
import { makePersonalFeed } from "../server/home/personal.ts";
import { makePlayers } from "../server/player/players.ts";
import { makeMatches } from "../server/presence/matches.ts";
import { KEPT_S } from "../server/presence/presence.ts";
import { IDLE_MS } from "../server/presence/presence-in.ts";
import { makeAsk } from "../server/redis/ask.ts";
import { bucketOf, makeKeys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asTextOrNull } from "../server/redis/reply.ts";
import { GremioError } from "../shared/errors.ts";
import type { NoticeKind } from "../shared/notice-kind.ts";
import { type Preferences, preferencesSchema } from "../shared/preferences.ts";
import { pushPolicySchema } from "../shared/push-policy.ts";
import type { Act } from "./script-of-notices.ts";

/** All in one bucket, so that a look costs one command. */
const LEADER = "leader57";
export const PLAYERS = ["ana543", "beto55"] as const;
export const CHANNELS = ["guild:g20", "circle:c239"] as const;
export const BUCKET = bucketOf(CHANNELS[0]);
const DEVICES = [["d1", "d2"], ["d1"]] as const;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

export const POLICY = pushPolicySchema.parse({ perHour: 3, perDay: 6, digestsPerDay: 2 });

/** A notice that was written, as the test knows it. `to`: whom it is for. */
export type Written = {
  id: string;
  channel: string;
  epoch: number;
  seq: number;
  at: number;
  about: NoticeKind;
  to: readonly string[];
  token: string;
};

/** What is known to be so of a player, and what was so at any time. */
export type Known = {
  preferences: Preferences;
  /** By channel. */
  read: Map<string, number>;
  /** The same, as far as his phones were told. */
  readTold: Map<string, number>;
  member: Set<string>;
  ever: Set<string>;
  place: string;
};

const unlessLeft = (error: unknown): undefined => {
  if (!(error instanceof GremioError && error.code === "not-member")) throw error;
};

export type World = Awaited<ReturnType<typeof aWorldOfNotices>>;

/** Two players, ana with two devices and beto, who is an officer, with one, in a guild and a circle, all away. `start`: in epoch ms. */
export const aWorldOfNotices = async (
  redis: Redis,
  namespace: string,
  start: number,
  setClock: (namespace: string, ms: number) => Promise<void>,
) => {
  const keys = makeKeys(namespace);
  const clock = { ms: start };
  const now = (): number => clock.ms;
  const advance = async (ms: number): Promise<void> => {
    clock.ms += ms;
    await setClock(namespace, clock.ms);
  };
  await advance(0);
  const ask = makeAsk(redis, keys);
  const players = makePlayers(redis, keys);
  const guilds = makeGuilds(redis, keys, players, { historyLength: 1_000 });
  const groups = makeGroups(redis, keys, players, { historyLength: 1_000 });
  const log = makeLog(redis, keys, { historyLength: 1_000 });
  const changes = makeChanges(redis, keys, { historyLength: 1_000, editMs: 1_000 * HOUR_MS });
  const reads = makeReads(redis, keys);
  const matches = makeMatches(redis, keys);
  const personal = makePersonalFeed(redis, keys, () => {});
  const written: Written[] = [];
  const known = new Map<string, Known>(
    PLAYERS.map((player) => [
      player,
      {
        preferences: preferencesSchema.parse({}),
        ...{ read: new Map(), readTold: new Map(), member: new Set(CHANNELS), ever: new Set(), place: "gone" },
      },
    ]),
  );
  const of = (player: string): Known => {
    const found = known.get(player);
    if (found === undefined) throw new Error(`${player} is nobody`);
    return found;
  };
  const alive = new Set<string>();
  let sayings = 0;
  let tokens = 0;
  let incarnations = 0;
  const own = new Map<string, Map<string, number>>();
  const nonce = (): string => {
    sayings += 1;
    return `nonce-${sayings}`;
  };

  for (const [index, player] of [LEADER, ...PLAYERS].entries()) {
    await players.putProfile(player, { name: player, locale: "en", zone: "UTC" });
    for (const device of DEVICES[index - 1] ?? [])
      await players.putDevice(player, device, {
        ...{ kind: "token" as const, target: `${player}/${device}`, platform: "android" as const },
      });
  }
  await guilds.create({ id: "g20", name: "Lobos", tag: "LOB", leader: LEADER });
  await groups.found(CHANNELS[1], { name: "Norte", capacity: 9 });
  await groups.admit(CHANNELS[1], LEADER, "member");
  const join = async (player: string, channel: string): Promise<void> => {
    if (channel === CHANNELS[0]) await guilds.admit("g20", player, player === PLAYERS[1] ? "officer" : "member");
    else await groups.admit(channel, player, "member");
    of(player).member.add(channel);
    const key = keys.of(channel, "read");
    const read = Number((asTextOrNull(await redis.run(key, ["HGET", key, player])) ?? "").split(":")[1] ?? 0);
    of(player).read.set(channel, read);
  };
  const numbers = new Map<string, number>();
  for (const player of PLAYERS)
    for (const channel of CHANNELS) {
      await join(player, channel);
      numbers.set(`${player} ${channel}`, await reads.numberOf(channel, player));
      // What others may reply to.
      const { seq } = await log.append({ channel, author: player, nonce: nonce(), kind: "text", body: "hello" });
      own.set(player, (own.get(player) ?? new Map()).set(channel, seq));
      of(player).read.set(channel, seq);
    }
  // So much was talked before.
  for (const player of PLAYERS) for (const channel of CHANNELS) await seen(player, channel, 0, true);
  for (const channel of CHANNELS) await reads.seen(channel, LEADER, 1_000);

  async function seen(player: string, channel: string, behind: number, told: boolean): Promise<void> {
    if (!of(player).member.has(channel)) return;
    const key = keys.of(channel, "head");
    const head = Number(asTextOrNull(await redis.run(key, ["HGET", key, "head"])));
    // He may be leaving at this moment.
    const found = await reads.seen(channel, player, Math.max(0, head - behind)).catch(unlessLeft);
    if (found === undefined) return;
    const { moved: _, ...position } = found;
    of(player).read.set(channel, Math.max(of(player).read.get(channel) ?? 0, position.seq));
    if (!told) return;
    await personal.read(player, channel, position);
    of(player).readTold.set(channel, Math.max(of(player).readTold.get(channel) ?? 0, position.seq));
  }

  const say = async (what: Extract<Act, { type: "say" }>): Promise<void> => {
    const channel = what.what === "request" ? CHANNELS[0] : (CHANNELS[what.where] ?? CHANNELS[0]);
    const player = PLAYERS[what.who] ?? PLAYERS[0];
    const members = PLAYERS.filter((one) => of(one).member.has(channel));
    tokens += 1;
    const token = `<${tokens}>`;
    const note = (
      about: NoticeKind,
      to: readonly string[],
      { epoch, seq, at }: { epoch: number; seq: number; at: number },
    ) => {
      const id = `${channel}:${epoch}:${seq === 0 ? token : seq}`;
      written.push({
        id,
        channel,
        epoch,
        seq,
        at,
        about,
        to: to.filter((one) => members.some((m) => m === one)),
        token,
      });
    };
    const common = { channel, author: LEADER, nonce: nonce() };
    switch (what.what) {
      case "announcement": {
        const notice = { type: "notice", about: "announcement" } as const;
        return note(
          "announcement",
          members,
          await log.append({ ...common, kind: "announcement", body: token, notice }),
        );
      }
      case "attack": {
        const { author: _, ...system } = common;
        const notice = { type: "notice", about: "attack" } as const;
        return note("attack", members, await log.append({ ...system, kind: "news", body: token, notice }));
      }
      case "mention": {
        const mentions = { players: [numbers.get(`${player} ${channel}`) ?? 0] };
        return note(
          "mention",
          [player],
          await log.append({ ...common, kind: "text", body: { text: token, mentions }, mentions }),
        );
      }
      case "reply": {
        const reply = own.get(player)?.get(channel) ?? 1;
        return note("reply", [player], await log.append({ ...common, kind: "text", body: { text: token, reply } }));
      }
      case "plain":
        return note("chatter", [], await log.append({ ...common, kind: "text", body: token }));
      case "request": {
        const key = keys.inBucket(BUCKET, "outbox");
        const notice = {
          ...{
            type: "notice",
            about: "request",
            channel,
            epoch: 1,
            seq: 0,
            key: token,
            at: now(),
            from: 0,
            author: "elsa",
          },
          ...{ kind: 3, body: token, only: [PLAYERS[1]] },
        };
        await redis.run(key, ["XADD", key, "*", "d", JSON.stringify(notice)]);
        return note("request", [PLAYERS[1]], { epoch: 1, seq: 0, at: now() });
      }
    }
  };

  const place = async ({ who, where, is, minutes }: Omit<Extract<Act, { type: "place" }>, "type">): Promise<void> => {
    const player = PLAYERS[who] ?? PLAYERS[0];
    const owner = `player:${player}`;
    of(player).place = is;
    const session = async (more: object, reading: boolean) => {
      incarnations += 1;
      const incarnation = `i${incarnations}`;
      if (is !== "lost") alive.add(incarnation);
      const row = { incarnation, channel: CHANNELS[where], reading, at: now(), activeAt: now(), ...more };
      await ask("player_session", owner, ["s1", JSON.stringify(row), String(KEPT_S), player]);
    };
    switch (is) {
      case "reading":
        return session({}, true);
      case "present":
      case "lost":
        return session({}, false);
      case "idle":
        return session({ idle: true }, true);
      case "match":
        await session({}, false);
        await matches.put(player, now() + minutes * MINUTE_MS);
        return;
      case "match-over":
        await matches.end(player);
        return;
      case "gone":
        await ask("player_session_end", owner, ["s1", player, String(IDLE_MS), String(KEPT_S)]);
    }
  };

  const clockTime = (ms: number): string => new Date(ms).toISOString().slice(11, 16);

  const prefer = async ({ who, where, change, hours }: Extract<Act, { type: "prefer" }>): Promise<void> => {
    const player = PLAYERS[who] ?? PLAYERS[0];
    const is = of(player);
    const channel = CHANNELS[where] ?? CHANNELS[0];
    const before = is.preferences;
    const inChannel = (more: object) => {
      const stood = before.channels[channel] ?? { push: "all", snoozedUntil: 0 };
      return { ...before, channels: { ...before.channels, [channel]: { ...stood, ...more } } };
    };
    const next = (): object => {
      switch (change) {
        case "quiet":
          return {
            ...before,
            quietHours: { from: clockTime(now() - HOUR_MS), to: clockTime(now() + hours * HOUR_MS) },
          };
        case "quiet-later":
          return {
            ...before,
            quietHours: { from: clockTime(now() + HOUR_MS), to: clockTime(now() + (hours + 1) * HOUR_MS) },
          };
        case "quiet-off":
          return { ...before, quietHours: null };
        case "disturb-not":
          return { ...before, doNotDisturbUntil: now() + hours * HOUR_MS };
        case "disturb":
          return { ...before, doNotDisturbUntil: 0 };
        case "digest":
          return { ...before, kinds: { announcement: "digest", mention: "digest" } };
        case "off":
          return { ...before, kinds: { announcement: "off", reply: "off" } };
        case "kinds":
          return { ...before, kinds: {} };
        case "mentions":
          return inChannel({ push: "mentions" });
        case "channel-off":
          return inChannel({ push: "none" });
        case "channel":
          return inChannel({ push: "all", snoozedUntil: 0 });
        case "snooze":
          return inChannel({ snoozedUntil: now() + hours * HOUR_MS });
        case "important":
        case "all":
        case "none":
          return { ...before, push: change };
        case "through":
          return { ...before, through: ["attack"] };
      }
    };
    const preferences = preferencesSchema.parse(next());
    await players.putPreferences(player, preferences);
    is.preferences = preferences;
    if (change === "mentions" || change === "channel-off") is.ever.add(`${change} ${channel}`);
    else is.ever.add(change);
  };

  const member = async (player: string): Promise<void> => {
    const [channel] = CHANNELS;
    if (of(player).member.has(channel)) {
      await guilds.remove("g20", player, "left");
      of(player).member.delete(channel);
      of(player).ever.add(`left ${channel}`);
    } else await join(player, channel);
  };

  const change = async ({ behind, how }: Extract<Act, { type: "change" }>): Promise<void> => {
    const entry = written.filter(({ seq, about }) => seq > 0 && about !== "attack").at(-1 - behind);
    if (entry === undefined || deleted.has(entry.id)) return;
    const { channel, seq, token } = entry;
    if (how === "edit" && entry.about !== "announcement")
      await changes.edit({ channel, nonce: nonce(), seq, author: LEADER, text: `${token} again` });
    if (how === "delete") {
      await changes.delete({ channel, nonce: nonce(), seq, player: undefined });
      deleted.add(entry.id);
    }
  };
  const deleted = new Set<string>();

  /** One thing after the other, whoever does it. */
  let before: Promise<unknown> = Promise.resolve();
  const does = (act: Act): Promise<void> => {
    const done = before.then(() => actually(act));
    before = done.catch(() => {});
    return done;
  };
  const actually = async (act: Act): Promise<void> => {
    switch (act.type) {
      case "say":
        return say(act);
      case "read":
        return seen(PLAYERS[act.who] ?? PLAYERS[0], CHANNELS[act.where] ?? CHANNELS[0], act.behind, act.told);
      case "place":
        return place(act);
      case "prefer":
        return prefer(act);
      case "member":
        return member(PLAYERS[act.who] ?? PLAYERS[0]);
      case "change":
        return change(act);
      case "time":
        return advance(act.ms);
    }
  };

  return {
    ...{ redis, keys, now, advance, does, of, written, deleted, place },
    isAlive: (incarnation: string) => alive.has(incarnation),
    decisions: (through: Redis) => makeDecisions(through, keys),
    decided: (player: string): Promise<Decided["decision"][]> => makeDecisions(redis, keys).list(player),
  };
};
