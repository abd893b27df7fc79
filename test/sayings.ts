import type { NoticeKind } from "../shared/notice-kind.ts";
import { BUCKET, CHANNELS, LEADER, PLAYERS } from "./cast-of-notices.ts";
import type { Ground } from "./ground-of-notices.ts";
import type { Act } from "./script-of-notices.ts";

/** What is said in a channel, by its leader or the system, with a text of its own by which it is known on a screen. */
export const makeSay = ({ redis, keys, log, now, nonce, written, of, numbers, own }: Ground) => {
  let tokens = 0;
  return async (what: Extract<Act, { type: "say" }>): Promise<void> => {
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
};
