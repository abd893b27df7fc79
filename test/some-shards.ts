import { Shard } from "../server/channel/shard.ts";
import type { Cursor } from "../shared/cursor.ts";
import type { Entry } from "../shared/entry.ts";
import { aGuild } from "./a-guild.ts";
import { ENTRY_BYTES, type TestFrame, type TestReader, weigh } from "./a-reader.ts";
import { aTails } from "./a-tails.ts";
import { waitFor } from "./wait-for.ts";

/** Where a guild of three begins. */
export const START: Cursor = { epoch: 1, seq: 3 };

/** Opens guilds whose readers' lines and clock are in the test's hand. */
export const someShards = async () => {
  const { redis, keys, log, tails } = await aTails();
  let guilds = 0;
  /** A guild of ana, beto and caro, with a shard that shows it. */
  const open = async () => {
    const channel = `guild:g${++guilds}`;
    const [ana, beto, caro] = [`ana-${guilds}`, `beto-${guilds}`, `caro-${guilds}`];
    await aGuild(redis, keys, `g${guilds}`, [ana, beto, caro]);
    const { tail, release } = await tails.follow(channel);
    const clock = { now: 0 };
    const shard = new Shard<TestFrame>(tail, log, {
      encode: weigh,
      encodeFleeting: () => ({ entries: [], length: ENTRY_BYTES }),
      onState: () => undefined,
      now: () => clock.now,
    });
    let nonces = 0;
    const say = (count: number): Promise<unknown> =>
      Promise.all(
        Array.from({ length: count }, () => {
          const nonce = `nonce-number-${++nonces}`;
          return log.append({ channel, author: ana, nonce, kind: "text", body: nonce });
        }),
      );
    const head = async () => (await log.before(channel, undefined, undefined, 1)).lineage;
    /** Everything written has come to this process, and has left it. */
    const settled = async (): Promise<void> => {
      const { head: last } = await head();
      await waitFor(() => tail.position.seq >= last, "the tail");
      shard.flush();
    };
    const join = async (reader: TestReader, cursor: Cursor): Promise<Entry[]> => {
      shard.add(reader);
      const page = await shard.resume(reader, cursor);
      reader.entries.push(...page.entries);
      return page.entries;
    };
    const close = (): void => {
      shard.close();
      release();
    };
    const owner = keys.prefixes(channel)[0] ?? "";
    return { beto, caro, channel, tail, shard, clock, say, head, settled, join, close, owner };
  };
  return { redis, keys, log, open };
};
