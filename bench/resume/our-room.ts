import { RoundWatch, type Say } from "../checker/round-watch.ts";
import { makeMember } from "./member.ts";
import type { Room } from "./room.ts";

/** A guild in our service, the owner of the first token keeping it on a second line. The checker judges what comes to every line, the keeper's too. */
export const makeOurRoom = (port: number, tokens: readonly string[]): Room => {
  const watch = new RoundWatch();
  const returners = tokens.map((token, index) => makeMember(port, token, watch.seat(`member ${index + 1}`)));
  const keeper = makeMember(port, tokens[0] ?? "", watch.seat("the keeper"));
  let sayIt: Say | undefined;
  return {
    keeper,
    returners,
    begin: async () => {
      sayIt = await watch.speaker(keeper);
      await watch.begin(keeper);
    },
    say: async (text) => {
      if ((await sayIt?.(text)) === undefined) throw new Error("a message was refused");
    },
    judge: () => watch.judge(keeper),
  };
};
