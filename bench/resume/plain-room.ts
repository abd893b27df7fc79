import type { JoinOptions } from "../plain-colyseus/chat.ts";
import { until } from "../studio/until.ts";
import { makePlainPlayer } from "./plain-player.ts";
import type { Room } from "./room.ts";

const HEARD_DEADLINE_MS = 10_000;

/** A room of the plain server, which has no log: what those who come back heard is counted by its text. */
export const makePlainRoom = (port: number, options: readonly JoinOptions[]): Room => {
  const [first] = options;
  if (first === undefined) throw new Error("a room has at least one player");
  const keeper = makePlainPlayer(port, first);
  const returners = options.map((each) => makePlainPlayer(port, each));
  let said: string[] = [];
  return {
    keeper,
    returners,
    begin: async () => {
      for (const one of returners) one.takeHeard();
    },
    say: async (text) => {
      await keeper.say(text);
      said.push(text);
    },
    judge: async () => {
      const heard = new Map<object, string[]>(returners.map((one) => [one, []]));
      await until(() => {
        for (const one of returners) heard.get(one)?.push(...one.takeHeard());
        return [...heard.values()].every((texts) => texts.at(-1) === said.at(-1));
      }, HEARD_DEADLINE_MS);
      const finding = { due: 0, delivered: 0, unanswered: 0, lost: 0, duplicated: 0, disordered: 0, differing: 0 };
      for (const texts of heard.values()) {
        const once = [...new Set(texts)];
        const came = said.filter((text) => once.includes(text));
        finding.due += said.length;
        finding.delivered += came.length;
        finding.lost += said.length - came.length;
        finding.duplicated += texts.length - once.length;
        finding.disordered += once.join("\n") === came.join("\n") ? 0 : 1;
      }
      said = [];
      return { ...finding, examples: [] };
    },
  };
};
