import { type Broadcast, wrongBroadcast } from "../../shared/api/broadcast.ts";
import { GremioError } from "../../shared/errors.ts";
import { NOTICE_TRAITS } from "../../shared/notice-kind.ts";
import { BROADCAST_OPERATIONS as OPERATIONS } from "../../shared/operations/broadcast.ts";
import { broadcastId } from "../broadcast/broadcast-id.ts";
import type { Broadcasts } from "../broadcast/broadcasts.ts";
import { does, type Handlers } from "./does.ts";

export const makeBroadcastOperations = ({
  broadcasts,
}: {
  broadcasts: Pick<Broadcasts, "create" | "find" | "page" | "cancel">;
}): Handlers<keyof typeof OPERATIONS> => ({
  createBroadcast: does(OPERATIONS.createBroadcast, async (request) => {
    const { nonce, startsAt, lifeMs, expiresAt, ...spec } = request;
    const id = broadcastId(nonce);
    const wrong = wrongBroadcast(request, Date.now());
    // What is asked for again later on was right at its time.
    if (wrong !== undefined && (await broadcasts.find(id)) === undefined)
      throw new GremioError("bad-request", { details: [wrong] });
    const times = { startsAt, lifeMs: lifeMs ?? NOTICE_TRAITS[spec.kind].lifeMs, expiresAt };
    const isNew = await broadcasts.create(id, spec, times);
    return { ...known(await broadcasts.find(id)), repeated: !isNew };
  }),
  getBroadcast: does(OPERATIONS.getBroadcast, async ({ broadcast }) => {
    return known(await broadcasts.find(broadcast));
  }),
  listBroadcasts: does(OPERATIONS.listBroadcasts, async ({ limit, before }) => {
    const found = await broadcasts.page({ limit, before });
    return { broadcasts: found, next: found.length < limit ? null : (found.at(-1)?.broadcast ?? null) };
  }),
  cancelBroadcast: does(OPERATIONS.cancelBroadcast, async ({ broadcast }) => {
    await broadcasts.cancel(broadcast);
    return known(await broadcasts.find(broadcast));
  }),
});

const known = (broadcast: Broadcast | undefined): Broadcast => {
  if (broadcast === undefined) throw new GremioError("broadcast-not-found");
  return broadcast;
};
