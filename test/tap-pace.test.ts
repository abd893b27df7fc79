import { expect, test } from "vitest";
import { TAP_BURST, TAPS_PER_SECOND } from "../server/rooms/tap-budget.ts";
import { aRoom, nonce, refusal } from "./a-room.ts";
import type { SeatHeld } from "./a-seat.ts";

const toggle = (who: SeatHeld, seq: number, n: number) =>
  n % 4 < 2
    ? who.ask("react", { seq, emoji: "🔥", on: n % 2 === 0 })
    : who.ask("act", { seq, action: n % 2 === 0 ? "option-1" : "option-2" });

test("[FL16] who taps without end is told to wait, on all his devices; pins are not affected, nor what others tap", async () => {
  const { seat } = await aRoom(["ana", "beto"]);
  const [phone, tablet, beto] = [await seat("ana"), await seat("ana"), await seat("beto")];
  const poll = { card: "poll" as const, question: "¿Cuándo?", options: ["Hoy", "Mañana"] };
  const { seq } = await beto.ask("card", { nonce: nonce(1), ...poll });
  const beganAt = Date.now();
  const taps = await Promise.all(
    Array.from({ length: 2 * TAP_BURST }, (_, n) => refusal(toggle(n % 2 === 0 ? phone : tablet, seq, n))),
  );
  const granted = taps.filter((refused) => refused === undefined).length;
  const flowedIn = ((Date.now() - beganAt) / 1_000) * TAPS_PER_SECOND;
  expect(granted).toBeGreaterThanOrEqual(TAP_BURST);
  expect(granted).toBeLessThanOrEqual(TAP_BURST + Math.ceil(flowedIn));
  const refused = taps.find((tap) => tap !== undefined);
  expect(refused).toMatchObject({ code: "rate-limited", retry: "later", retryAtMs: expect.any(Number) });
  await phone.ask("pin", { nonce: nonce(2), seq, on: true });
  await phone.ask("send", { nonce: nonce(3), text: "hola" });
  expect(await toggle(beto, seq, 0)).toMatchObject({ own: ["🔥"] });
  expect(await beto.ask("act", { seq, action: "option-2" })).toMatchObject({ own: ["option-2"], accepted: true });
});
