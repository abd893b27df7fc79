import { z } from "zod";
import { isGood, type Lineage } from "../../../shared/cursor.ts";
import type { Entry } from "../../../shared/entry.ts";
import type { ChannelId, PlayerId } from "../../../shared/id.ts";
import { parseLineage } from "../../channel/lineage.ts";
import { type Change, parseChange } from "../../channel/marks.ts";
import type { NoticeCondition } from "../../channel/notice-condition.ts";
import type { Leases } from "../../presence/lease.ts";
import { type PlayerPresence, presenceIn, sessionsIn } from "../../presence/presence-in.ts";
import { makeAsk } from "../../redis/ask.ts";
import type { Keys } from "../../redis/bucket.ts";
import { parsedJson } from "../../redis/parsed-json.ts";
import type { Redis } from "../../redis/redis.ts";
import { asList, asNumber, asText, asTextOrNull, asTexts } from "../../redis/reply.ts";
import { isCalledBy } from "./called.ts";
import type { Concern, ReadConcerns, ReadDeadline } from "./concern.ts";
import type { HowRead, PlayerInputs, ReadInputs } from "./player-inputs.ts";

/** All that is needed to decide about a player, and to compose what he gets. */
export type Recipient = Omit<PlayerInputs, "presence" | "newestAt"> & {
  player: PlayerId;
  presence: PlayerPresence;
  member: boolean;
  /** Its entry calls him, by name or as one of several. */
  called: boolean;
  concern: Concern;
  /** Something newer is shown where it was told. */
  overtaken: boolean;
  /** Up to which seq he has read. */
  readSeq: number;
};

export type ChannelView = {
  channel: ChannelId;
  name: string;
  lineage: Lineage;
  count: number;
  /** What has become of the entry the notice is about: deleted, or given other words. */
  change: Change | undefined;
  /** When what the notice is for is over, in epoch ms, as far as that is known. */
  deadline: number | undefined;
};

/** A notice, when it happened, what it is for, and the entry it is about: its author ('' for the system) and his number. `burst`: which of a player's bursts it would belong to. */
export type NoticeId = {
  id: string;
  at: number;
  seq: number;
  author: PlayerId;
  from: number;
  condition: NoticeCondition | undefined;
  burst: string;
  entry: Entry;
};

export type Recipients = {
  members(channel: ChannelId): Promise<PlayerId[]>;
  /** The channel ('': none) and how these players stand in it now, in their order. `about`: the notice whose pushes count as told; `how`: see `ReadInputs`. */
  read(
    channel: ChannelId,
    players: readonly PlayerId[],
    about: NoticeId,
    how?: HowRead,
  ): Promise<{ view: ChannelView; recipients: Recipient[] }>;
  /** How a player stands in a channel, and what has become of these entries, in their order, at this moment. */
  still(channel: ChannelId, player: PlayerId, about: readonly Pick<NoticeId, "seq" | "from">[]): Promise<Still>;
};

export type Still = Pick<Recipient, "member" | "readSeq"> & { changes: (Change | undefined)[] };

/** Players whose inputs are read together, and who share a job. */
const PAGE = 100;
export const inPages = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / PAGE) }, (_, page) => items.slice(page * PAGE, (page + 1) * PAGE));

/** Of what is of no channel: nobody is no member, and nothing of it is read. Epoch, head, count, lineage, name. */
const NO_CHANNEL = [1, 0, 0, "", "", [], []];

/** Inputs of many recipients are asked for in one turn of the event loop, so they travel together. */
export const makeRecipients = (
  redis: Redis,
  keys: Keys,
  readInputs: ReadInputs,
  leases: Leases,
  readConcerns: ReadConcerns,
  readDeadline: ReadDeadline,
  now: () => number,
): Recipients => {
  const ask = makeAsk(redis, keys);
  /** What is about to be asked of a channel, by what is asked: of players who come to it in one turn it is one function. */
  const asking = new Map<string, { players: PlayerId[]; reply: Promise<string[][]> }>();
  const askedTogether = (channel: ChannelId, about: readonly string[], name: string) => {
    const players: PlayerId[] = [];
    const reply = Promise.resolve().then(async () => {
      asking.delete(name);
      const args = [String(about.length / 2), ...about, ...players];
      return (await ask("channel_still", channel, args)).map(asTexts);
    });
    const together = { players, reply };
    asking.set(name, together);
    return together;
  };

  return {
    members: async (channel) => {
      const key = keys.of(channel, "members");
      return asTexts(await redis.run(key, ["HKEYS", key]));
    },

    still: async (channel, player, about) => {
      if (channel === "") return { member: true, readSeq: 0, changes: about.map(() => undefined) };
      const args = about.flatMap(({ seq, from }) => [String(seq), String(from)]);
      const name = [channel, ...args].join(" ");
      const together = asking.get(name) ?? askedTogether(channel, args, name);
      const at = together.players.push(player) - 1;
      const [cells = [], rows = []] = await together.reply;
      const changes = about.map((one, index) => changeOf(cells[2 * index] ?? "", cells[2 * index + 1] ?? "", one));
      return { member: (rows[2 * at] ?? "") !== "", readSeq: seqOf(rows[2 * at + 1] ?? ""), changes };
    },

    read: async (channel, players, about, how) => {
      const changes = keys.of(channel, "changes");
      const purges = keys.of(channel, "purges");
      const asked = { mark: about.id, burst: about.burst, author: about.author };
      const isOfChannel = channel !== "";
      const [standing, inputs, concerns, deadline, change, purge] = await Promise.all([
        isOfChannel ? ask("channel_standing", channel, [channel, ...players]) : NO_CHANNEL,
        Promise.all(players.map((player) => readInputs(player, asked, how))),
        readConcerns(about.condition, players),
        readDeadline(about.condition),
        isOfChannel ? redis.run(changes, ["HGET", changes, String(about.seq)]).then(asTextOrNull) : null,
        isOfChannel ? redis.run(purges, ["HGET", purges, String(about.from)]).then(asTextOrNull) : null,
      ]);
      const [epoch, head, count, lineage, name, members, positions] = standing;
      const view: ChannelView = {
        channel,
        name: asText(name),
        lineage: parseLineage(asText(lineage), asNumber(epoch), asNumber(head)),
        count: asNumber(count),
        change: changeOf(change ?? "", purge ?? "", about),
        deadline,
      };
      const at = now();
      const open = inputs.flatMap(({ presence }) => sessionsIn(presence, at));
      const alive = await leases.alive(open.map(({ incarnation }) => incarnation));
      const [memberOf, positionOf] = [asList(members), asList(positions)];
      const found = inputs.map(({ presence, newestAt, ...own }, index): Recipient => {
        return {
          ...own,
          player: players[index] ?? "",
          // Whom an invitation is for counts as one as long as he is invited, which is the notice's condition.
          member: !isOfChannel || asTextOrNull(memberOf[index]) !== null || isInvitation(about),
          called: isCalledBy(about.entry, () => memberIn(memberOf[index])),
          concern: concerns[index] ?? "concerned",
          overtaken: newestAt > about.at,
          readSeq: seqOf(asTextOrNull(positionOf[index]) ?? ""),
          presence: presenceIn(presence, (incarnation) => alive.has(incarnation), at),
        };
      });
      return { view, recipients: found };
    },
  };
};

const memberSchema = z.object({ n: z.number(), rank: z.string() }).catch({ n: 0, rank: "" });
const memberIn = (record: unknown) => memberSchema.parse(parsedJson(asTextOrNull(record) ?? ""));

export const isInvitation = ({ condition }: { condition?: NoticeCondition | undefined }): boolean =>
  condition?.type === "team-invited" || condition?.type === "guild-invited";

/** Of a read position as it is stored: '<epoch>:<seq>:<count>', '' none. */
const seqOf = (position: string): number => Number(position.split(":")[1] ?? 0);

/** `purge`: all that its author wrote up to that seq was deleted: '<seq>:<by>'. Each of them '' for none. */
const changeOf = (change: string, purge: string, { seq }: Pick<NoticeId, "seq">): Change | undefined => {
  if (purge !== "" && Number.parseInt(purge, 10) >= seq) return { by: 0 };
  return change === "" ? undefined : parseChange(change);
};

/** Whether an entry was lost with the tail of its epoch. */
export const isGone = (view: ChannelView, entry: { epoch: number; seq: number }): boolean =>
  !isGood(view.lineage, entry);
