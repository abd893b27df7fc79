import { numbersOf } from "../../shared/entry.ts";
import { PIN_OPERATIONS as OPERATIONS } from "../../shared/operations/pins.ts";
import type { Changes } from "../channel/changes.ts";
import type { Reads } from "../channel/reads.ts";
import type { Rosters } from "../channel/rosters.ts";
import { does, type Handlers } from "./does.ts";

export type PinOperationsDeps = {
  changes: Pick<Changes, "pin" | "pins">;
  reads: Pick<Reads, "seenBy">;
  rosters: Pick<Rosters, "mustExist" | "people">;
};

export const makePinOperations = ({
  changes,
  reads,
  rosters,
}: PinOperationsDeps): Handlers<keyof typeof OPERATIONS> => {
  const pin = async (channel: string, seq: number, on: boolean): Promise<Record<string, never>> => {
    await rosters.mustExist(channel);
    await changes.pin({ channel, nonce: "", seq, player: undefined, on });
    return {};
  };
  return {
    pinMessage: does(OPERATIONS.pinMessage, ({ channel, seq }) => pin(channel, seq, true)),
    unpinMessage: does(OPERATIONS.unpinMessage, ({ channel, seq }) => pin(channel, seq, false)),
    listPins: does(OPERATIONS.listPins, async ({ channel }) => {
      await rosters.mustExist(channel);
      const { entries } = await changes.pins(channel, undefined);
      const people = await rosters.people(channel, entries.flatMap(numbersOf));
      return {
        ...{ channel, entries },
        people: people.map(({ number, player, profile }) => ({ number, player, name: profile.name })),
      };
    }),
    countReaders: does(OPERATIONS.countReaders, async ({ channel, seq }) => {
      await rosters.mustExist(channel);
      return reads.seenBy(channel, undefined, seq);
    }),
  };
};
