import { GremioError } from "../../shared/errors.ts";
import { type GuildId, guildChannel, type PlayerId } from "../../shared/id.ts";
import type { Groups } from "../channel/groups.ts";
import { makeClaims } from "../guild/claim.ts";
import { linkedTo as goesOnAs } from "../moderation/standing.ts";
import type { Players } from "../player/players.ts";
import type { Ledger } from "../points/ledger.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asNumber, asPairs, asText, asTextOrNull, asTexts } from "../redis/reply.ts";
import { makeCarry } from "./carry.ts";
import { makeReserving } from "./reserving.ts";

export type Linked = { account: PlayerId; guild: GuildId | undefined; balance: number };

/**
 * A guest who goes on as an account. What is his becomes the account's, as docs/linking.md tells, each part once, whatever dies in between: whoever asks again, or `resume`, goes on where it was. From the first step on the guest's connections end (4301), nobody makes
 * him a member of anything, and his tokens are refused with `player-linked`, which names the account.
 */
export type Links = {
  /**
   * An account that is not known yet begins with the guest's profile. Throws `player-not-found`, `player-linked` (the guest, to another account; or the account itself),
   * `already-in-guild` when the two are in different guilds (one of them leaves first), and `link-under-way` when one of them is being linked otherwise: of such links
   * one is made, and the others leave nothing behind.
   */
  link(guest: PlayerId, account: PlayerId): Promise<Linked>;
  /** Ends the moves of a bucket that were left; one that cannot be ended yet keeps none of the others waiting. Gives how many stay, of which the first's error. */
  resume(bucket: number): Promise<{ stay: number; error?: unknown }>;
};

export type LinksDeps = {
  players: Players;
  groups: Pick<Groups, "listOf">;
  ledger: Pick<Ledger, "transfer" | "balance">;
};

export const makeLinks = (
  redis: Redis,
  keys: Keys,
  { players, groups, ledger }: LinksDeps,
  { historyLength, leftMs }: { historyLength: number; leftMs?: number },
): Links => {
  const ask = makeAsk(redis, keys);
  const claims = makeClaims(redis, keys, ask, players);
  const carry = makeCarry(redis, keys, ask);
  const keep = String(historyLength);
  const owner = (player: PlayerId): string => `player:${player}`;

  const linkedTo = async (player: PlayerId): Promise<string | null> => {
    const key = keys.of(owner(player), "profile");
    return asTextOrNull(await redis.run(key, ["HGET", key, "to"]));
  };

  /** Before anything is done: what would stand in the way later. */
  const check = async (guest: PlayerId, account: PlayerId): Promise<void> => {
    await players.known(guest);
    if (guest === account) throw new GremioError("player-linked");
    for (const linked of [await linkedTo(guest), await linkedTo(account)]) if (linked !== null) throw goesOnAs(linked);
    const [from, to] = await Promise.all([claims.membershipOf(guest), claims.membershipOf(account)]);
    if (from !== undefined && to !== undefined && from.guild !== to.guild) throw new GremioError("already-in-guild");
  };

  /** One that is not known yet begins as the guest. */
  const makeAccount = async (guest: PlayerId, account: PlayerId): Promise<void> => {
    const [profile, there] = await Promise.all([players.profile(guest), players.profile(account)]);
    if (profile === undefined || there !== undefined) return;
    const { version: _, ...known } = profile;
    await players.putProfile(account, known);
  };

  const moveGuild = async (guest: PlayerId, account: PlayerId): Promise<void> => {
    // Nobody claims him any more. An admission that is under way comes to nothing, or has made him a member by now.
    const held = await claims.settle(guest);
    if (held === undefined) return;
    const channel = guildChannel(held);
    const [old] = await claims.admit(held, account, "link_member", (claim, profile, version) => [
      ...[channel, account, claim, profile, version, guest, keep],
    ]);
    if (asText(old) !== "") await claims.release(guest, Number(asText(old)));
  };

  const moveGroups = async (guest: PlayerId, account: PlayerId): Promise<void> => {
    const profile = await players.known(account);
    for (const [channel, listedAt] of await groups.listOf(guest)) {
      await ask("player_list", owner(account), [channel, ""]);
      const args = [channel, account, "0", JSON.stringify(profile), String(profile.version), guest, keep];
      await ask("link_member", channel, args);
      await ask("player_unlist", owner(guest), [channel, listedAt]);
    }
  };

  const moveDevices = async (guest: PlayerId, account: PlayerId): Promise<void> => {
    for (const device of await players.devices(guest)) {
      await players.moveDevice(device, account);
      await players.forgetTarget(guest, device.id, device.target);
    }
  };

  const move = async (guest: PlayerId, account: PlayerId): Promise<Linked> => {
    const [held, done, since] = await ask("link_begin", owner(guest), [account, guest]);
    if (done !== 1) {
      await carry(guest, account);
      await moveGuild(guest, account);
      await moveGroups(guest, account);
      const movePoints = async (id: string, amount: number): Promise<void> => {
        if (amount === 0) return;
        await ledger.transfer({ from: { player: guest }, to: { player: account }, amount, id, reason: "linked" });
      };
      await movePoints(`link.${guest}`, asNumber(held));
      const more = asPairs(since);
      // A transfer's id holds no space.
      for (const [key, amount] of more) await movePoints(`link.${guest}.${key.replaceAll(" ", ",")}`, Number(amount));
      await moveDevices(guest, account);
      await ask("link_joined", owner(account), [guest]);
      await ask("link_end", owner(guest), [guest, ...more.keys()]);
    }
    const membership = await claims.membershipOf(account);
    return { account, guild: membership?.guild, balance: await ledger.balance({ player: account }) };
  };

  const reserve = makeReserving(ask, move, leftMs);

  return {
    link: async (guest, account) => {
      // What was begun is ended, whatever has become of the account since.
      if ((await linkedTo(guest)) !== account) {
        await check(guest, account);
        await reserve(guest, account);
        await makeAccount(guest, account);
      }
      return move(guest, account);
    },

    resume: async (bucket) => {
      const key = keys.inBucket(bucket, "links");
      const failures: unknown[] = [];
      for (const guest of asTexts(asList(await redis.run(key, ["SMEMBERS", key])))) {
        const account = await linkedTo(guest);
        if (account !== null) await move(guest, account).catch((error: unknown) => failures.push(error));
      }
      return failures.length === 0 ? { stay: 0 } : { stay: failures.length, error: failures[0] };
    },
  };
};
