import { type Decided, makeDecisions } from "../server/decisions/decisions.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asTextOrNull } from "../server/redis/reply.ts";
import { GremioError } from "../shared/errors.ts";
import { CHANNELS, LEADER, PLAYERS } from "./cast-of-notices.ts";
import { makePrefer } from "./changed-minds.ts";
import { groundOfNotices, type SetClock } from "./ground-of-notices.ts";
import { makePlaces } from "./places.ts";
import { makeSay } from "./sayings.ts";
import type { Act } from "./script-of-notices.ts";

const DEVICES = [["d1", "d2"], ["d1"]] as const;

const unlessLeft = (error: unknown): undefined => {
  if (!(error instanceof GremioError && error.code === "not-member")) throw error;
};

export type World = Awaited<ReturnType<typeof aWorldOfNotices>>;

/** Two players, ana with two devices and beto, who is an officer, with one, in a guild and a circle, all away. `start`: in epoch ms. */
export const aWorldOfNotices = async (redis: Redis, namespace: string, start: number, setClock: SetClock) => {
  const ground = groundOfNotices(redis, namespace, start, setClock);
  const { keys, now, advance, players, guilds, groups, log, changes, reads, personal } = ground;
  const { written, deleted, numbers, own, of, nonce } = ground;
  await advance(0);
  const say = makeSay(ground);
  const { place, isAlive } = makePlaces(ground);
  const prefer = makePrefer(ground);

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
    ...{ redis, keys, now, advance, does, of, written, deleted, place, isAlive },
    decisions: (through: Redis) => makeDecisions(through, keys),
    decided: (player: string): Promise<Decided["decision"][]> => makeDecisions(redis, keys).list(player),
  };
};
