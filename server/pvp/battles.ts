import { createHash } from "node:crypto";
import type { z } from "zod";
import type { fightersSchema, Report, reportedSchema, startedBattleSchema, WarId } from "../../shared/api/war.ts";
import { GremioError } from "../../shared/errors.ts";
import { guildChannel, type PlayerId } from "../../shared/id.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asNumber, asPairs, asText } from "../redis/reply.ts";
import { makeActing } from "./acting.ts";
import type { Advance } from "./advance.ts";
import { fighterRowSchema } from "./fighter-row.ts";
import { battleTokenOf, ownerOfWar, SIDES } from "./war-row.ts";

export type Battles = {
  /**
   * A fighter, or the account a guest among them has become, begins a battle, which takes one of his attempts, once per nonce. Throws `war-not-found`, `war-not-active`, `not-fighter`, `not-member` (he has left his
   * guild), `no-attempts`, `battle-token` (his nonce belongs to a battle that was told).
   */
  start(war: WarId, player: PlayerId, nonce: string): Promise<z.infer<typeof startedBattleSchema>>;
  /** Results of battles, each counted once by its id; one that is refused does not keep the others. Throws `war-not-found`. */
  report(war: WarId, reports: readonly Report[]): Promise<z.infer<typeof reportedSchema>>;
  /** A battle that was begun did not take place; its attempt is given back. Throws `war-not-found`, `war-not-active`, `battle-told`. */
  drop(war: WarId, token: string): Promise<void>;
  /** All fighters, with what they did. Throws `war-not-found`. */
  fighters(war: WarId): Promise<z.infer<typeof fightersSchema>>;
};

export const makeBattles = (redis: Redis, keys: Keys, wars: Pick<Advance, "read" | "advance">): Battles => {
  const ask = makeAsk(redis, keys);
  const acting = makeActing(redis, keys);

  const tell = async (war: WarId, reports: readonly Report[]) => {
    const args = reports.flatMap(({ battle, token, player, score, target = "" }) => [
      ...[battle, token, player, String(score), target, printOf({ battle, token, player, score, target })],
    ]);
    const [more, ...rows] = await ask("war_report", ownerOfWar(war), args);
    const battles = rows.map((row, index) => {
      const [code, ours, theirs, added] = asList(row);
      const told = asText(code);
      return {
        battle: reports[index]?.battle ?? "",
        code: told === "repeated" ? "ok" : told,
        repeated: told === "repeated",
        scores: [asNumber(ours), asNumber(theirs)] satisfies [number, number],
        added: asNumber(added),
      };
    });
    return { battles, more: more === 1 };
  };

  return {
    start: async (war, player, nonce) => {
      const { sides } = await wars.read(war);
      const [acts] = await acting.fightersFor(war, [player]);
      const fighter = acts?.fighter ?? player;
      const token = battleTokenOf(war, fighter, nonce);
      if (acts !== undefined) {
        const members = keys.of(guildChannel(sides[acts.row.startsWith("0") ? 0 : 1].guild), "members");
        if (asNumber(await redis.run(members, ["HEXISTS", members, player])) === 0) throw new GremioError("not-member");
      }
      const [beganAt, until, left] = (await ask("war_begin_battle", ownerOfWar(war), [token, fighter])).map(asNumber);
      return { token, beganAt: beganAt ?? 0, until: until ?? 0, attemptsLeft: left ?? 0 };
    },

    report: async (war, reports) => {
      const told = await tell(war, reports);
      const others = told.battles.flatMap(({ code }, index) => {
        const report = MAY_BE_ANOTHERS.has(code) ? reports[index] : undefined;
        return report === undefined ? [] : [{ index, report }];
      });
      if (others.length > 0) {
        const named = others.map(({ report }) => report.player);
        const acts = await acting.fightersFor(war, named);
        const again = others.flatMap(({ index, report }, at) => {
          const fighter = acts[at]?.fighter;
          const isOther = fighter !== undefined && fighter !== report.player;
          return isOther ? [{ index, report: { ...report, player: fighter } }] : [];
        });
        if (again.length > 0) {
          const { battles, more } = await tell(
            war,
            again.map(({ report }) => report),
          );
          for (const [at, { index }] of again.entries()) {
            const battle = battles[at];
            if (battle !== undefined) told.battles[index] = battle;
          }
          told.more ||= more;
        }
      }
      if (told.more) await wars.advance(war, false);
      return { battles: told.battles };
    },

    drop: async (war, token) => {
      await ask("war_drop_battle", ownerOfWar(war), [token]);
    },

    fighters: async (war) => {
      const { mode } = await wars.read(war);
      const [zero, one, members] = await ask("war_fighters", ownerOfWar(war), []);
      const did = asPairs(members);
      const rosters = [asPairs(zero), asPairs(one)] as const;
      const fighters = SIDES.flatMap((side) =>
        [...rosters[side]].map(([player, json]) => {
          const { name, level, power } = fighterRowSchema.parse(parsedJson(json));
          const [, used = 0, battles = 0, score = 0] = (did.get(player) ?? "").split(":").map(Number);
          return { side, player, name, level, power, attemptsLeft: mode.attempts - used, battles, score };
        }),
      );
      return { fighters };
    },
  };
};

/** What is said of a battle that a fighter began and his account has told, or the other way round. */
const MAY_BE_ANOTHERS: ReadonlySet<string> = new Set(["battle-token", "battle-reused"]);

const printOf = (report: Report): string =>
  createHash("sha1")
    .update(JSON.stringify(Object.values(report)))
    .digest("hex")
    .slice(0, 16);
