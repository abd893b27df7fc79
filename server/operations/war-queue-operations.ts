import { WAR_QUEUE_OPERATIONS as OPERATIONS } from "../../shared/operations/war-queue.ts";
import type { WarSeeking } from "../pvp/seeking.ts";
import { does, type Handlers } from "./does.ts";

export const makeWarQueueOperations = ({ seeking }: { seeking: WarSeeking }): Handlers<keyof typeof OPERATIONS> => ({
  seekWar: does(OPERATIONS.seekWar, (asked, caller) => seeking.seek(asked, caller)),
  stopSeeking: does(OPERATIONS.stopSeeking, async ({ guild }, caller) => {
    await seeking.stop(guild, caller);
    return {};
  }),
  getSeeking: does(OPERATIONS.getSeeking, async ({ guild }, caller) => {
    const found = await seeking.read(guild, caller);
    return { guild, ...(found !== undefined && { seeking: found }) };
  }),
});
