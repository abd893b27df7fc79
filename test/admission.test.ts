import { expect, test } from "vitest";
import { ADMISSION, type AdmissionLimits, makeAdmission, type Turn } from "../server/rooms/admission.ts";
import { refusal } from "./a-room.ts";

const NOW_MS = 1_000_000;

/** An admission whose work ends when it is told to. */
const scene = (limits: Omit<AdmissionLimits, "mostOnTheWay">) => {
  const admission = makeAdmission({ mostOnTheWay: 2, ...limits }, () => NOW_MS);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  let most = 0;
  const ask = (turn: Turn, name: string, left?: () => boolean): Promise<string> =>
    admission.admit(
      turn,
      async () => {
        begun.push(name);
        const { promise, resolve } = Promise.withResolvers<void>();
        ends.set(name, resolve);
        most = Math.max(most, ends.size);
        await promise;
        ends.delete(name);
        return name;
      },
      left,
    );
  /** Ends all that is under way, again and again, until nothing waits. */
  const finish = async (): Promise<void> => {
    while (admission.size > 0) {
      for (const end of [...ends.values()]) end();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { admission, begun, ask, finish, most: () => most };
};

test("[ADM1] a process has at most 64 under way, and 1,000 seats that nobody has taken yet", () => {
  expect(ADMISSION).toMatchObject({ atOnce: 64, mostOnTheWay: 1_000 });
});

test("[ADM1] never more than the bound are under way, all others wait in the order of asking", async () => {
  const { begun, ask, finish, most } = scene({ atOnce: 3, mostWaiting: 1_000 });
  const names = Array.from({ length: 200 }, (_, index) => `p${index}`);
  const all = Promise.all(names.map((name) => ask("join", name)));
  await finish();
  expect(await all).toEqual(names);
  expect(begun).toEqual(names);
  expect(most()).toBe(3);
});

test("[ADM2] resumes of open channels go before new seats, and both before channels that are followed besides", async () => {
  const { begun, ask, finish } = scene({ atOnce: 1, mostWaiting: 1_000 });
  const asked = [
    ask("join", "first"),
    ...(["follow", "join", "resume"] as const).flatMap((turn) => [ask(turn, `${turn} 1`), ask(turn, `${turn} 2`)]),
  ];
  await finish();
  await Promise.all(asked);
  expect(begun).toEqual(["first", "resume 1", "resume 2", "join 1", "join 2", "follow 1", "follow 2"]);
});

test("[ADM3] for one who has left while he waited nothing is done, and his place costs the others nothing", async () => {
  const { begun, ask, finish, admission } = scene({ atOnce: 1, mostWaiting: 1_000 });
  const gone = new Set<string>();
  const names = ["a", "b", "c", "d"];
  const asked = names.map((name) => ask("resume", name, () => gone.has(name)));
  gone.add("b").add("c");
  const outcomes = Promise.allSettled(asked);
  await finish();
  expect((await outcomes).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
  expect(begun).toEqual(["a", "d"]);
  expect(admission.size).toBe(0);
});

test("[ADM4] when more wait than can be served, the next is told at once when to come back, and takes no place", async () => {
  const { begun, ask, finish, admission } = scene({ atOnce: 2, mostWaiting: 3 });
  const served = ["a", "b", "c", "d", "e"].map((name) => ask("join", name));
  expect(admission.crowded).toBe(true);
  expect(await refusal(ask("resume", "f"))).toMatchObject({ code: "unavailable", retryAtMs: NOW_MS + 5_000 });
  expect(admission.size).toBe(5);
  await finish();
  await Promise.all(served);
  expect(admission.crowded).toBe(false);
  const again = ask("join", "f");
  await finish();
  await again;
  expect(begun).toEqual(["a", "b", "c", "d", "e", "f"]);
});

test("[ADM6] no more seats are on their way than the bound: who asks next gets his when one is taken", async () => {
  const { admission } = scene({ atOnce: 9, mostWaiting: 1_000 });
  const given: string[] = [];
  const take = new Map<string, () => void>();
  const names = ["a", "b", "c", "d"];
  const all = names.map((name) =>
    admission.seat(
      async () => {
        given.push(name);
        return name;
      },
      () => new Promise<void>((resolve) => take.set(name, resolve)),
    ),
  );
  await Promise.all(all.slice(0, 2));
  await new Promise((resolve) => setImmediate(resolve));
  expect(given).toEqual(["a", "b"]);
  take.get("b")?.();
  await all[2];
  expect(given).toEqual(["a", "b", "c"]);
  for (const name of ["a", "c"]) take.get(name)?.();
  await all[3];
  expect(given).toEqual(names);
});

test("[ADM4] work that fails makes room for the next", async () => {
  const admission = makeAdmission({ atOnce: 1, mostOnTheWay: 1, mostWaiting: 10 });
  const failed = admission.admit("join", () => Promise.reject(new Error("no luck")));
  const next = admission.admit("join", async () => "served");
  await expect(failed).rejects.toThrow("no luck");
  expect(await next).toBe("served");
});
