import { GremioError } from "../../shared/errors.ts";
import { WAR_OPERATIONS as OPERATIONS } from "../../shared/operations/war.ts";
import type { Wars } from "../pvp/wars.ts";
import { does, type Handlers } from "./does.ts";

export type WarOperationsDeps = { wars: Wars };

export const makeWarOperations = ({ wars }: WarOperationsDeps): Handlers<keyof typeof OPERATIONS> => ({
  challengeGuild: does(OPERATIONS.challengeGuild, (challenge, caller) => wars.challenge(challenge, caller)),
  withdrawChallenge: does(OPERATIONS.withdrawChallenge, ({ war }, caller) => wars.withdraw(war, caller)),
  answerChallenge: does(OPERATIONS.answerChallenge, ({ war, ...answer }, caller) => wars.answer(war, answer, caller)),
  callOffWar: does(OPERATIONS.callOffWar, ({ war, guild, on }, caller) => wars.callOff(war, guild, on, caller)),
  cancelWar: does(OPERATIONS.cancelWar, ({ war }) => wars.callOff(war, undefined, true)),
  getWar: does(OPERATIONS.getWar, ({ war }, caller) => wars.get(war, caller)),
  getGuildWar: does(OPERATIONS.getGuildWar, ({ guild }, caller) => wars.ofGuild(guild, caller)),
  listWars: does(OPERATIONS.listWars, ({ guild, ...page }, caller) => wars.past(guild, page, caller)),
  listFighters: does(OPERATIONS.listFighters, async ({ war }, caller) => {
    await wars.get(war, caller);
    return wars.fighters(war);
  }),
  startBattle: does(OPERATIONS.startBattle, ({ war, player, nonce }, caller) => {
    if (caller !== undefined && caller !== player) throw new GremioError("not-permitted");
    return wars.start(war, player, nonce);
  }),
  dropBattle: does(OPERATIONS.dropBattle, async ({ war, token }) => {
    await wars.drop(war, token);
    return {};
  }),
  reportBattles: does(OPERATIONS.reportBattles, ({ war, battles }) => wars.report(war, battles)),
  voidBattle: does(OPERATIONS.voidBattle, ({ war, battle, giveBack, reason }) =>
    wars.voidBattle(war, battle, giveBack, reason),
  ),
  voidWar: does(OPERATIONS.voidWar, ({ war, reason }) => wars.voidWar(war, reason)),
  settleHeldWar: does(OPERATIONS.settleHeldWar, ({ war }) => wars.settleByBattles(war)),
});
