import { setTimeout as delay } from "node:timers/promises";
import { makeEvents } from "../outbox/events.ts";
import { helpPays } from "../points/earning/help-pays.ts";
import { marksDelivered } from "../reward/delivered.ts";
import type { MakeTeams } from "../team/make-teams.ts";
import { partyProjection } from "../team/party-projection.ts";
import type { Voices } from "../voice/voices.ts";
import { makeSendEvents } from "../webhook/send-events.ts";
import type { Base } from "./base.ts";
import type { People } from "./people.ts";
import type { Points } from "./points.ts";

/** A process that stops waits so long for what it is telling. */
const CLOSE_MS = 2_500;

export type Outlet = ReturnType<typeof makeOutlet>;

/** What happened, told to the directory, the rankings, the earning rules, the parties and the studio. */
export const makeOutlet = (
  { config, redis, keys, logger }: Base,
  { people, points, team, voices }: { people: People; points: Points; team: MakeTeams; voices: Voices | undefined },
) => {
  const { directory } = people;
  const { rankings, earning, rewards } = points;
  const parties = partyProjection({ ...team, list: team.partyList, voices });
  const webhook = config.events.webhook === undefined ? undefined : makeSendEvents(config.events.webhook);
  const events = makeEvents(
    { redis, keys, log: logger },
    {
      ...config.events,
      projections: [directory.projection, rankings.projection, helpPays(earning), parties],
      send: webhook && marksDelivered(rewards.orders)(webhook.send),
      ackReplicas: config.redis.ackReplicas,
    },
  );
  let following: { close(): Promise<void> } | undefined;
  return {
    events,
    follow: async (): Promise<void> => {
      following = await events.follow();
    },
    close: async (): Promise<void> => {
      events.feed.close();
      await Promise.race([following?.close(), delay(CLOSE_MS, undefined, { ref: false })]);
      webhook?.close();
    },
  };
};
